import * as migration_20261124_145948_first from './20261124_145948_first';

export const migrations = [
  {
    up: migration_20261124_145948_first.up,
    down: migration_20261124_145948_first.down,
    name: '20261124_145948_first'
  },
];
