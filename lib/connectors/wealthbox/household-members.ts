/**
 * Whether joining or leaving a household moves the contact's edit time is not known (reference/wealthbox.md,
 * section 20, question 9): who is in a household is told by the household's own row, too, and who has left it since
 * it was last read is read again.
 */
import type { CanonicalFields } from '../../model/fields';
import type { CrmRecord } from '../connector';
import type { PolledRecord } from '../poll-events';
import { isGone, isObject } from '../rest';
import type { WealthboxClient } from './client';
import { isHousehold } from './objects/household';

const MAX_KNOWN = 50_000;
/** Read one by one after one page; a household that lost more is found by the full comparison. */
const MAX_READ = 20;

export interface MemberTools {
	client: WealthboxClient;
	/** A contact's fields as far as they are of its household. */
	membership: (row: CrmRecord) => CanonicalFields;
	toPolled: (row: CrmRecord) => PolledRecord;
}

export class HouseholdMembers {
	/** Household id -> ids of its members, as last read. */
	private readonly known = new Map<string, Set<string>>();

	/** What the page of a poll tells of contacts that may not be on it. */
	async told(rows: readonly CrmRecord[], tools: MemberTools): Promise<PolledRecord[]> {
		const shown = new Set(rows.map(({ id }) => String(id)));
		const homes = rows.filter(isHousehold);
		const told = homes.flatMap((home) => this.joined(home, shown, tools));
		const left = new Map(
			homes.flatMap((home) => this.note(home).map((crmId) => [crmId, home] as const)),
		);
		for (const crmId of [...shown, ...told.map((record) => record.crmId)]) left.delete(crmId);
		for (const [crmId, home] of [...left].slice(0, MAX_READ)) {
			const row = await contactOf(tools.client, crmId);
			if (row !== undefined) told.push(deltaOf(home, row, tools));
		}
		return told;
	}

	/** Remembers the members; answers those that are no longer among them. */
	note(home: CrmRecord): string[] {
		if (!isHousehold(home) || !Array.isArray(home.members)) return [];
		const ids = new Set(home.members.filter(isObject).map(({ id }) => String(id)));
		const before = this.known.get(String(home.id)) ?? [];
		if (this.known.size >= MAX_KNOWN) this.known.clear();
		this.known.set(String(home.id), ids);
		return [...before].filter((id) => !ids.has(id));
	}

	private joined(home: CrmRecord, shown: ReadonlySet<string>, tools: MemberTools): PolledRecord[] {
		const members = Array.isArray(home.members) ? home.members.filter(isObject) : [];
		return members
			.filter(({ id }) => !shown.has(String(id)))
			.map(({ id, title }) => {
				const household = { id: home.id, title };
				return deltaOf(home, { id, type: 'Person', household }, tools);
			});
	}
}

/** Of the time at which the household was changed: the contact's own may not have moved. */
function deltaOf(home: CrmRecord, row: CrmRecord, tools: MemberTools): PolledRecord {
	const { updatedAt } = tools.toPolled(home);
	const fields = tools.membership(row);
	return { crmId: String(row.id), updatedAt, deleted: false, fields, kind: 'delta' };
}

async function contactOf(client: WealthboxClient, crmId: string): Promise<CrmRecord | undefined> {
	try {
		return await client.get(crmId);
	} catch (error) {
		if (!isGone(error)) throw error;
		return undefined;
	}
}
