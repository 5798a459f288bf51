import { getOperationAST, type ExecutionArgs, type OperationDefinitionNode } from 'graphql';
import type { Gate } from '../../access/limits/gate.ts';
import type { Principal } from '../../access/principal.ts';
import { PrivetError } from '../../errors.ts';
import type { GraphQLContext } from '../context.ts';
import { type Cost, judgeCost } from '../builder/cost.ts';
import { toGraphQLError } from '../errors.ts';
import { introspectionFields } from './limits.ts';
import { refuseVariables } from './variables.ts';

type Caller = Pick<GraphQLContext, 'principal'>;

/** What is known of an operation whatever its variables are. */
interface Plan {
  /** How many of its root fields introspect. */
  readonly introspects: number;
  /** Undefined where sizes of pages may come in variables. */
  readonly cost: Cost | undefined;
}

/** What an operation costs, unless it is refused. */
export type OperationLimits = (args: ExecutionArgs, caller: Caller) => Cost | Promise<Cost>;

/** What is judged by the operation as a whole, before any of it is executed: its variables, its cost, and what introspects. */
export function operationLimits(gate: Gate): OperationLimits {
  // Documents are kept for the next request with the same text, and so is what is known of them.
  const plans = new WeakMap<OperationDefinitionNode, Plan>();

  const planOf = ({ schema, document, operationName, variableValues }: ExecutionArgs) => {
    const operation = getOperationAST(document, operationName);
    const known = operation && plans.get(operation);
    if (known) return known;
    const plan = {
      introspects: introspectionFields(document, operationName),
      cost: operation?.variableDefinitions?.length
        ? undefined
        : judgeCost(schema, document, operationName, variableValues),
    };
    if (operation) plans.set(operation, plan);
    return plan;
  };

  return (args, { principal }) => {
    const { schema, document, operationName, variableValues } = args;
    try {
      refuseVariables(schema, document, operationName, variableValues);
      const plan = planOf(args);
      const cost = plan.cost ?? judgeCost(schema, document, operationName, variableValues);
      return plan.introspects === 0 ? cost : count(gate, principal, plan.introspects).then(() => cost, refuse);
    } catch (error) {
      return refuse(error);
    }
  };
}

function refuse(error: unknown): never {
  throw error instanceof PrivetError ? toGraphQLError(error) : error;
}

/** They are root fields like others, but no resolver of ours stands behind them, which could count and fail by itself. */
async function count(gate: Gate, principal: Principal, fields: number): Promise<void> {
  for (let counted = 0; counted < fields; counted++) await gate.count(principal);
}
