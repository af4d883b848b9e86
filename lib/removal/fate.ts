/** What is wanted of one record while its client departs, or has returned: the table in ./departure.ts. Pure. */
import type { Connector, ObjectCapability } from '../connectors/connector';
import { capabilityOf } from '../connectors/capability';
import type { ObjectName } from '../model/objects';
import type { Link, SystemRow } from '../model/rows';
import type { Shadow } from '../merge/shadow';
import { editMark, lastEdit, type Departure } from './departure';

/** What a system's records may expect. */
export interface RemovalTerms {
	system: string;
	policy: SystemRow['deletePolicy'];
	can: Pick<ObjectCapability, 'archive' | 'delete'>;
	/** Resolution of the vendor's edit times, ms. */
	resolutionMs: number;
}

export type Fate =
	| { want: 'live' | 'rest' | 'archive' | 'delete' | 'unarchive' }
	/** A person is asked whether this may be done. */
	| { want: 'ask'; operation: 'archive' | 'delete' };

export interface FateInput {
	link: Link;
	shadow: Shadow | undefined;
	/** Only if it stands. */
	departure: Departure | undefined;
	terms: RemovalTerms;
	/** Shadows of all records of the entity in this system. */
	inSystem: readonly Shadow[];
}

const LIVE: Fate = { want: 'live' };
const REST: Fate = { want: 'rest' };

export function termsOf(
	system: SystemRow,
	connector: Connector,
	object: ObjectName = 'contact',
): RemovalTerms {
	const { timeResolutionMs } = connector.capabilities;
	return {
		system: system.name,
		policy: system.deletePolicy,
		can: capabilityOf(connector, object, system.settings),
		resolutionMs: timeResolutionMs,
	};
}

export function fateOf(input: FateInput): Fate {
	const { link, shadow, departure } = input;
	if (link.state === 'unlinked') return REST;
	if (link.state === 'archived') return fateOfArchived(input);
	if (departure !== undefined) return removalOf(departure, input);
	// An archive of ours whose answer was lost may have been done.
	return shadow?.removal?.operation === 'archive' ? { want: 'unarchive' } : LIVE;
}

function fateOfArchived(input: FateInput): Fate {
	if (input.shadow?.removedBy !== 'fabric') return REST;
	if (input.departure === undefined) return { want: 'unarchive' };
	const removal = removalOf(input.departure, input);
	// It may be in use: a return of ours whose answer was lost.
	const isSure = input.shadow.removal?.operation !== 'unarchive';
	return removal.want === 'delete' || (removal.want === 'archive' && !isSure) ? removal : REST;
}

function removalOf(departure: Departure, { terms, inSystem }: FateInput): Fate {
	const answer = departure.answers[terms.system];
	const proposal = propose(departure, terms);
	if (proposal === undefined || answer?.verdict === 'reject') return LIVE;
	const { operation, ask } = proposal;
	const isApproved = answer?.verdict === 'approve' && editMark(inSystem) === answer.edits;
	if (isApproved) return { want: operation };
	const isEdited = answer !== undefined || editedSince(departure, terms, inSystem);
	return ask || isEdited ? { want: 'ask', operation } : { want: operation };
}

/**
 * What a person said of the client counts for what departs with it, unless that was answered by itself; an approval
 * only for what nobody has edited since.
 */
export function answeredWith(
	departure: Departure,
	client: Departure | undefined,
	{ system, resolutionMs }: RemovalTerms,
	inSystem: readonly Shadow[],
): Departure {
	const answer = client?.answers[system];
	if (answer === undefined || departure.answers[system] !== undefined) return departure;
	const isEdited = (lastEdit(inSystem) ?? -Infinity) + resolutionMs > answer.at;
	const edits = isEdited ? undefined : editMark(inSystem);
	return { ...departure, answers: { ...departure.answers, [system]: { ...answer, edits } } };
}

/** What should be done here, and whether a person must say so first; undefined: nothing. */
function propose(
	{ cause }: Departure,
	{ policy, can }: RemovalTerms,
): { operation: 'archive' | 'delete'; ask: boolean } | undefined {
	if (policy === 'ignore') return undefined;
	const isArchive = cause.change === 'archive';
	const wanted = policy === 'archive' || isArchive ? 'archive' : 'delete';
	if (can[wanted] !== false) return { operation: wanted, ask: policy === 'ask' };
	// What is stronger than asked for is never done by itself; what is weaker may be.
	if (wanted === 'archive') return can.delete ? { operation: 'delete', ask: true } : undefined;
	return isPutAway(can) ? { operation: 'archive', ask: policy === 'ask' } : undefined;
}

/** Can people see there that a record is put away? One that is merely let go of is not. */
export function isPutAway({ archive }: RemovalTerms['can']): boolean {
	return archive !== false && archive !== 'keep';
}

/** Might a person have edited one of these records after the removal? In doubt, yes. */
function editedSince(
	{ at }: Departure,
	{ resolutionMs }: RemovalTerms,
	shadows: readonly Shadow[],
): boolean {
	const edited = lastEdit(shadows);
	return edited !== undefined && edited + resolutionMs > at;
}
