/**
 * Puts a note, task, event, opportunity or household away, and takes it out again: by the field that its capability
 * names (lib/connectors/archive.ts), or, where there is none and it is kept, without a call.
 */
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import { sameValue } from '../../model/canonical';
import type { CanonicalFields } from '../../model/fields';
import { deliverArchive, isTerms, STAND_IN, withArchive } from '../archive';
import type { ArchiveTerms, ConnectorContext, CrmRecord } from '../connector';
import { confirmedOutcome } from '../deliver-common';
import { requireGone } from '../gone';
import { goneOutcome } from '../outcomes';
import { itemBody, itemToCanonical, projectItem } from './crm-object';
import type { ItemPort } from './item-port';

export interface ArchiveDesk {
	context: ConnectorContext;
	job: DeliveryJob;
	port: ItemPort;
}

export async function archiveItem(desk: ArchiveDesk, crmId: string): Promise<DeliveryOutcome> {
	const { object } = desk.port;
	const { archive } = withArchive(object.capability, object.object, desk.context.settings);
	if (archive === 'keep') return confirmed(desk, crmId, {});
	if (!isTerms(archive)) return cannotArchive(desk);
	try {
		return await writeArchive(desk, crmId, archive);
	} catch (error) {
		await requireGone(error, desk.port.goneCheck(crmId));
		return goneOutcome(desk.port.crm);
	}
}

/** One read before the write is the look. */
async function writeArchive(
	{ context, job, port }: ArchiveDesk,
	crmId: string,
	terms: ArchiveTerms,
): Promise<DeliveryOutcome> {
	const stand = { object: job.object, field: STAND_IN, crmField: terms.field };
	const whole = { ...job, fieldMap: [...job.fieldMap, { ...stand, direction: 'both' as const }] };
	const desk = { context, job: whole, port: port.withJob(whole) };
	let current: CrmRecord | null = null;
	const settings = { archiveField: terms.field, archiveValue: terms.value };
	return deliverArchive(
		job,
		{ ...settings, unarchiveValue: terms.back, archiveIsRemoval: false },
		{
			read: async () => {
				current = await desk.port.get(crmId);
				return held(desk, current);
			},
			update: ({ changes }) => write(desk, crmId, { values: changes, current, terms }),
			confirmed: (known) => confirmed(desk, crmId, known),
		},
	);
}

interface ArchiveWrite {
	values: CanonicalFields;
	current: CrmRecord | null;
	terms: ArchiveTerms;
}

async function write(
	desk: ArchiveDesk,
	crmId: string,
	{ values, current, terms }: ArchiveWrite,
): Promise<DeliveryOutcome> {
	const { context, job, port } = desk;
	const { settings } = context;
	const wanted = projectItem(port.object, values, job.fieldMap, settings);
	const body = itemBody(port.object, wanted, job.fieldMap, { settings, current });
	const isSent = Object.keys(body).length > 0;
	const sent = isSent ? await port.update(crmId, body, current) : { record: current };
	const now = held(desk, sent.record ?? (await port.get(crmId)));
	const value = now[STAND_IN] ?? null;
	// Some CRMs pass over in silence what their list does not have.
	if (!sameValue(STAND_IN, value, wanted[STAND_IN] ?? null)) return notTaken(desk, terms);
	const moved = (terms.moves ?? []).flatMap((field) =>
		now[field] === undefined ? [] : [[field, now[field]] as const],
	);
	return confirmed(desk, crmId, { ...Object.fromEntries(moved), [STAND_IN]: value });
}

function held({ context, job, port }: ArchiveDesk, record: CrmRecord): CanonicalFields {
	return itemToCanonical(port.object, record, job.fieldMap, context.settings, true);
}

function confirmed(
	{ context, port }: ArchiveDesk,
	crmId: string,
	known: CanonicalFields,
): DeliveryOutcome {
	return confirmedOutcome({ crmId, known, at: context.now(), calls: port.calls() });
}

function cannotArchive({ port: { crm, object } }: ArchiveDesk): DeliveryOutcome {
	return {
		status: 'rejected',
		reason:
			`A ${object.object} cannot be put away in ${crm}. Name its field in the setting itemArchive, or set ` +
			'the policy for deletes of its system to delete, ask or ignore; then retry.',
		code: 'no-archive',
	};
}

function notTaken({ port: { crm, object } }: ArchiveDesk, { field, value }: ArchiveTerms) {
	return {
		status: 'rejected' as const,
		reason:
			`${crm} did not take the value that puts a ${object.object} away ("${value}" in ${field}), or the one that ` +
			'takes it out again. Choose values that its list has in the setting itemArchive, then retry.',
		code: 'archive-not-taken',
		field,
	};
}
