/** How many rows an operation returns. */
import { limitOf } from '../shared/limit';
import type { OperationCall } from './operation';

export { limitProperties } from '../shared/limit';

/** Return All ends here; narrow the question to see older rows. */
export const MAX_ROWS = 10_000;

export function readLimit({ node, index }: OperationCall): number {
	return limitOf(node, index, MAX_ROWS);
}
