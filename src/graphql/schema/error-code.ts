import { builder } from '../builder/builder.ts';
import { valuesWith } from '../builder/enums.ts';
import { ALL_ERROR_CODES } from '../error-codes.ts';

builder.enumType('ErrorCode', {
  description: 'The values of `extensions.code` of an error. No field has them: they stand here for code generators.',
  values: valuesWith(ALL_ERROR_CODES),
});
