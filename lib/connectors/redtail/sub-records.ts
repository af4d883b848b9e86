/**
 * Carries out the plan of one list through Redtail's sub-resources, one call an entry
 * (reference/redtail.md, section 7.5). Not atomic: `current` always tells how far it came.
 */
import type { EmailItem, ListItem } from '../../model/fields';
import { isGone } from '../rest';
import type { ListPlan } from '../update-plan';
import type { RedtailClient } from './client';
import { bodyOf, changedBody, readEntry, type SubList } from './nested';
import type { RedtailSettings } from './settings';

/** A sub-record that was to be changed is there no more. */
export class SubRecordGone extends Error {
	constructor(readonly field: string) {
		super(`a sub-record of ${field} is gone`);
	}
}

export interface ListWork {
	client: RedtailClient;
	settings: RedtailSettings;
	crmId: string;
	field: SubList;
	plan: ListPlan;
	/** The record's entries by the calls made so far; changed in place. */
	current: ListItem[];
}

/** Adds before it removes: so the contact is at no time without its address. */
export async function writeList(work: ListWork): Promise<void> {
	for (const item of work.plan.add) await add(work, item);
	for (const change of work.plan.change) await changeOne(work, change);
	for (const { ref } of work.plan.remove) await remove(work, ref);
}

async function add(
	{ client, settings, crmId, field, current }: ListWork,
	item: ListItem,
): Promise<void> {
	const body = bodyOf(field, item, settings);
	const id = await client.sub.add(crmId, field, body);
	put(current, readEntry(field, { ...body, id }) ?? { ...item, ref: id });
}

async function changeOne(work: ListWork, change: ListPlan['change'][number]): Promise<void> {
	const { client, settings, crmId, field, current } = work;
	const { ref, now, to } = change;
	const body = changedBody(field, now, to, settings);
	try {
		await client.sub.change(crmId, field, ref, body);
	} catch (error) {
		if (isGone(error)) throw new SubRecordGone(field);
		throw error;
	}
	const { kind, primary } = now as EmailItem;
	const full = bodyOf(field, { kind, primary, ...to } as ListItem, settings);
	put(current, readEntry(field, { ...full, id: ref }) ?? { ...to, ref });
}

async function remove({ client, crmId, field, current }: ListWork, ref: string): Promise<void> {
	try {
		await client.sub.remove(crmId, field, ref);
	} catch (error) {
		if (!isGone(error)) throw error;
	}
	const index = current.findIndex((item) => item.ref === ref);
	if (index >= 0) current.splice(index, 1);
}

/** A new primary takes the flag from the others (LIKELY; the writer reads the record again to be sure). */
function put(current: ListItem[], item: ListItem): void {
	if ((item as EmailItem).primary === true) {
		for (const [index, other] of current.entries()) {
			if ((other as EmailItem).primary === true)
				current[index] = { ...other, primary: false } as ListItem;
		}
	}
	const index = current.findIndex(({ ref }) => ref !== undefined && ref === item.ref);
	if (index >= 0) current[index] = item;
	else current.push(item);
}
