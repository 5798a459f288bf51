import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Gate } from '../../access/limits/gate.ts';
import type { Principal } from '../../access/principal.ts';
import { PrivetError } from '../../errors.ts';
import type { GraphQLContext } from '../context.ts';
import { type Cost, judgeCost } from '../builder/cost.ts';
import { toGraphQLError } from '../errors.ts';
import { introspectionFields } from './limits.ts';
import { refuseVariables } from './variables.ts';

type Caller = Pick<GraphQLContext, 'principal'>;

/** What is judged by the operation as a whole, before any of it is executed: its variables, its cost, and what introspects. */
export function useOperationLimits(gate: Gate): Plugin<Caller> {
  const judge = async (args: ExecutionArgs, { principal }: Caller): Promise<Cost> => {
    const { schema, document, operationName, variableValues } = args;
    try {
      refuseVariables(schema, document, operationName, variableValues);
      const cost = judgeCost(schema, document, operationName, variableValues);
      await count(gate, principal, introspectionFields(document, operationName));
      return cost;
    } catch (error) {
      throw error instanceof PrivetError ? toGraphQLError(error) : error;
    }
  };
  return {
    async onExecute({ args }) {
      const cost = await judge(args, args.contextValue);
      return {
        onExecuteDone({ result, setResult }) {
          // Without data nothing was executed: the variables did not fit.
          if (Symbol.asyncIterator in result || result.data === undefined) return;
          setResult({ ...result, extensions: { ...result.extensions, cost } });
        },
      };
    },
    async onSubscribe({ args }) {
      await judge(args, args.contextValue);
    },
  };
}

/** They are root fields like others, but no resolver of ours stands behind them, which could count and fail by itself. */
async function count(gate: Gate, principal: Principal, fields: number): Promise<void> {
  for (let counted = 0; counted < fields; counted++) await gate.count(principal);
}
