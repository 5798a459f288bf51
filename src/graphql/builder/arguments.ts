import { z } from 'zod';
import { builder } from './builder.ts';

/** Not beginning with a dot: "." and ".." have a meaning of their own in a URL's path, where REST has the name. */
const INSTANCE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/;

/** The name of an instance that is yet to be made. */
export const newInstanceName = z
  .string()
  .regex(
    INSTANCE_NAME,
    'name must be 1 to 64 of the characters A–Z, a–z, 0–9, ".", "_" and "-", and not begin with "."',
  );

/** Whether an instance of that name can exist. */
export const isInstanceName = (name: string): boolean => INSTANCE_NAME.test(name);

export const NAME_OR_ID = "The instance's name or id.";

/** The argument of every call that concerns one instance. */
export const instanceArgument = builder.args((t) => ({
  instance: t.string({ required: true, description: NAME_OR_ID }),
}));
