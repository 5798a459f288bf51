import { cpSync, existsSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filled, keyIn, opens } from '../../src/storage/sqlite/key-rotation.fixture.ts';
import { rotateMasterKey } from '../../src/storage/sqlite/key-rotation.ts';
import {
  add,
  back,
  copyKey,
  CUT_MS,
  folderWith,
  inTemporary,
  labels,
  moduleUrl,
  restore,
  warn,
} from '../../src/storage/sqlite/backup.fixture.ts';
import { cutAtWrites, temporaryFolder } from '../../src/storage/storage.fixture.ts';

const cutRotation = (every: number, template: string, order: string, check: (dataDir: string) => Promise<void>) =>
  cutAtWrites(every, () => {
    const dataDir = join(temporaryFolder(), 'data');
    cpSync(template, dataDir, { recursive: true });
    const source = `
      const { rotateMasterKey } = await import(${JSON.stringify(new URL('../../src/storage/sqlite/key-rotation.ts', import.meta.url).href)});
      await rotateMasterKey({ dataDir: ${JSON.stringify(dataDir)}, warn() {}, ${order} });
      console.log('done');
    `;
    return { source, check: () => check(dataDir) };
  });

const hex = (key: Uint8Array): string => `Buffer.from('${Buffer.from(key).toString('hex')}', 'hex')`;

/** A rotation, a backup and a restore that are cut short before one write in so many. */
export function cutCommands(every: number): void {
  test(
    'kill -9 before each write, file to file: the database opens, and once more finishes it',
    async () => {
      const data = await filled();
      const outcomes = new Set<string>();
      const old = keyIn(join(data.dataDir, 'encryption.key'));
      const steps = await cutRotation(every, data.dataDir, '', async (dataDir) => {
        const copy = { ...data, dataDir };
        // Opening takes a new key file into place, so the old key is tried first.
        outcomes.add(await opens(copy, old));
        expect(await opens(copy)).toBe('opens');
        await rotateMasterKey({ dataDir, warn });
        expect([await opens(copy), await opens(copy, old)]).toEqual(['opens', 'refused']);
      });
      expect(steps).toBeGreaterThan(15);
      expect(outcomes).toEqual(new Set(['opens', 'refused']));
    },
    CUT_MS,
  );

  test(
    'kill -9 before each write of a backup: no file under its name, or the whole',
    async () => {
      const dataDir = await folderWith('one');
      let missing = 0;
      await cutAtWrites(every, () => {
        const file = inTemporary('backup.db');
        const source = `
        const { backUp } = await import(${moduleUrl('./backup.ts')});
        await backUp({ dataDir: ${JSON.stringify(dataDir)}, file: ${JSON.stringify(file)}, force: false, warn() {} });
        console.log('done');
      `;
        const check = async () => {
          if (!existsSync(file)) return void missing++;
          const target = inTemporary('data');
          copyKey(dataDir, target);
          await restore(target, file);
          expect(await labels(target)).toEqual(['one']);
        };
        return { source, check };
      });
      // What is written before there is a name for it.
      expect(missing * every).toBeGreaterThan(2);
    },
    CUT_MS,
  );

  test(
    'kill -9 before each write of a restore: the one database or the other, and once more restores it',
    async () => {
      const template = await folderWith('present');
      const from = inTemporary('data');
      cpSync(template, from, { recursive: true });
      await add(from, 'newer');
      const file = inTemporary('backup.db');
      await back(from, file);
      const seen = new Set<number>();
      await cutAtWrites(every, () => {
        const dataDir = inTemporary('data');
        cpSync(template, dataDir, { recursive: true });
        const source = `
        const { restoreBackup } = await import(${moduleUrl('./restore.ts')});
        const [dataDir, file] = ${JSON.stringify([dataDir, file])};
        await restoreBackup({ dataDir, file, force: true, now: new Date(), warn() {} });
        console.log('done');
      `;
        const check = async () => {
          seen.add((await labels(dataDir)).length);
          await restore(dataDir, file, { force: true });
          expect(await labels(dataDir)).toEqual(['present', 'newer']);
          expect(existsSync(join(dataDir, 'privet.db.restoring'))).toBe(false);
        };
        return { source, check };
      });
      expect(seen).toEqual(new Set([1, 2]));
    },
    CUT_MS,
  );
}

/** The other two ways from key to key. */
export function cutOtherRotations(every: number): void {
  test(
    'kill -9 before each write, file to variable: one of both keys opens it, and once more finishes it',
    async () => {
      const data = await filled();
      const newMasterKey = randomBytes(32);
      const outcomes = new Set<string>();
      await cutRotation(every, data.dataDir, `newMasterKey: ${hex(newMasterKey)}`, async (dataDir) => {
        const copy = { ...data, dataDir };
        const both = [await opens(copy), await opens(copy, newMasterKey)];
        expect(both.sort()).toEqual(['opens', 'refused']);
        outcomes.add(await opens(copy));
        await rotateMasterKey({ dataDir, newMasterKey, warn });
        expect([await opens(copy), await opens(copy, newMasterKey)]).toEqual(['refused', 'opens']);
      });
      expect(outcomes).toEqual(new Set(['opens', 'refused']));
    },
    CUT_MS,
  );

  test(
    'kill -9 before each write, variable to file: the variable or the file opens it',
    async () => {
      const masterKey = randomBytes(32);
      const data = await filled(masterKey);
      await cutRotation(every, data.dataDir, `masterKey: ${hex(masterKey)}`, async (dataDir) => {
        const copy = { ...data, dataDir };
        const both = [await opens(copy, masterKey), await opens(copy)];
        expect(both.sort()).toEqual(['opens', 'refused']);
        await rotateMasterKey({ dataDir, masterKey, warn });
        expect([await opens(copy, masterKey), await opens(copy)]).toEqual(['refused', 'opens']);
      });
    },
    CUT_MS,
  );
}
