export { Violation } from '../consensus/testing/violation.js';
