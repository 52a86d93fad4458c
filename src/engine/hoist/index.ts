export { type Hoisted, hoist, type Prelude, storedPerSample } from './hoist';
