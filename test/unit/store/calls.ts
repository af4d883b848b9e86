/**
 * One call of every method of every part of the store, in an order that makes each find something.
 * Whoever adds a method adds a call, in the file of its part; the test says which is missing.
 */
import { DESK } from './calls/desk';
import { IDENTITY, ENTITIES, WHO, INDEX } from './calls/identity';
import { REFERENCES, MAPPINGS } from './calls/references-mappings';
import { BACKFILLS, RUNS } from './calls/runs';
import type { Call } from './calls/samples';
import { SYSTEMS, INBOX } from './calls/systems-inbox';
import { VALUES, DELIVERIES, TRAIL } from './calls/values-deliveries';

export const CALLS: Call[] = [
	...SYSTEMS,
	...INBOX,
	...IDENTITY,
	...VALUES,
	...DELIVERIES,
	...TRAIL,
	...DESK,
	...RUNS,
	...BACKFILLS,
	...ENTITIES,
	...WHO,
	...INDEX,
	...REFERENCES,
	...MAPPINGS,
];
