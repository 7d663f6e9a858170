export { Random } from '../consensus/testing/random.js';
