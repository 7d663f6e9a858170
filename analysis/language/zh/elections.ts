import type { Catalogue } from '../catalogue.js';

/** Elections, missed heartbeats, and what explains them. */
export const ELECTIONS: Catalogue = {
  stood: '发起竞选',
  'asked whether it would be elected': '发起预投票',
  'term {0}: node {1} {2} because {3}': '任期 {0}：节点 {1} {2}，因为{3}',
  '{0}. {1}': '{0}。{1}',
  'node {0} heard nothing of node {1} for {2} in term {3}':
    '任期 {3} 中，节点 {0} 有 {2} 没有收到节点 {1} 的任何消息',
  '{0}; {1}.': '{0}；{1}。',
  'it had heard nothing of node {0} for {1}': '它已有 {1} 没有收到节点 {0} 的任何消息',
  'the lead was handed to it': '领导权被移交给它',
  'node {0} was asked to hand its lead over, or did so by itself': '节点 {0} 被要求移交领导权，或主动移交',
  'nobody had won term {0}': '任期 {0} 无人当选',
  'it knew of no leader': '它不知道有 Leader',
  ', and ': '，以及',
  'nothing recorded explains it (at the same time: {0})': '没有任何记录能解释其原因（同一时间：{0}）',
  'node {0} was gone and began to serve again later': '节点 {0} 曾经退出，后来才恢复服务',
  'node {0} left no journal: it was gone, or could not be asked':
    '节点 {0} 没有留下事件日志：它已退出，或无法访问',
  'node {0} had stepped down ({1})': '节点 {0} 已卸任（{1}）',
  "node {0}'s process did not run for {1} (not busy: {2} of CPU)":
    '节点 {0} 的进程有 {1} 没有运行（并非繁忙：CPU 仅用 {2}）',
  "node {0}'s loop was held up for {1}, in which its process ran for {2} only: it wanted for CPU":
    '节点 {0} 的事件循环被耽搁了 {1}，其间进程只运行了 {2}：CPU 不足',
  ', {0} of garbage collection': '，其中垃圾回收 {0}',
  "node {0}'s loop was busy for {1} ({2} of CPU{3})": '节点 {0} 的事件循环繁忙了 {1}（占用 CPU {2}{3}）',
  "node {0}'s loop came {1} late, and nobody counted its CPU":
    '节点 {0} 的事件循环迟到了 {1}，其 CPU 时间没有统计',
  'node {0} had no connection to node {1} for {2}': '节点 {0} 与节点 {1} 的连接断开了 {2}',
  'node {0} got no sign of life over its connections to node {1} for {2}':
    '节点 {0} 有 {2} 没有从与节点 {1} 的连接上收到任何应答',
  'node {0} collected garbage for {1} ({2})': '节点 {0} 的垃圾回收持续了 {1}（{2}）',
  'a write or sync of node {0} had not ended after {1}': '节点 {0} 的一次写入或刷盘在 {1} 后仍未完成',
  'a {0} of node {1} took {2}': '节点 {1} 的一次{0}耗时 {2}',
  'node {0} had a snapshot {1} over {2}': '节点 {0} 的快照{1}，历时 {2}',
  transfer: '移交领导权',
  'higher term': '出现更高任期',
  removed: '已被移出集群',
  write: '写入',
  sync: '刷盘',
  taken: '已生成',
  sent: '已发送',
  'not sent': '未发送成功',
  received: '已接收',
  installed: '已安装',
  'It was not, so nobody stood.': '预投票未获通过，因此无人竞选。',
  'Nobody won it before the journals end.': '直到事件日志结束仍无人当选。',
  'It won': '它当选',
  'Node {0} won': '节点 {0} 当选',
  '{0}.': '{0}。',
  ' of node {0}': '节点 {0} 的',
  'the last sign of life{0}': '{0}最后一次活动迹象',
  'when the old leader stepped down': '旧 Leader 卸任时',
  'when it first asked': '它首次发起询问时',
  '{0}; nobody led for {1}, counted from {2}.': '{0}；自{2}起，{1} 内没有 Leader。',
};
