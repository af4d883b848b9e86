/** Brings a store from before the index of candidates (identity_blocks) up to it: from what its records are known to hold. */
import { sql, type Kysely } from 'kysely';
import { blocksOf, countedNames, recordHash } from '../identity/blocks';
import { knownFields, type Shadow } from '../merge/shadow';
import { numberOf } from '../model/unified-id';
import { BlockStore } from './identity-blocks';
import { parseJson } from './rows';
import type { Database } from './schema';

const PAGE = 500;

export async function fillBlocks(db: Kysely<Database>): Promise<void> {
	const blocks = new BlockStore(db);
	let after = ['', '', ''];
	for (;;) {
		const rows = await linkedAfter(db, after);
		const last = rows.at(-1);
		if (last === undefined) break;
		after = [last.system, last.object, last.crm_id];
		const records = rows.map((row) => ({
			fields: knownFields(parseJson<Shadow>(row.shadow)),
			record: recordHash({ system: row.system, object: row.object, crmId: row.crm_id }),
			entity: numberOf(row.entity_id),
		}));
		await blocks.add(
			records.flatMap(({ fields, record, entity }) =>
				blocksOf(fields).map((hash) => ({ hash, record, entity })),
			),
		);
		await blocks.count(countedNames(records.map(({ fields }) => fields)));
	}
	await db.deleteFrom('identity_keys').where('key', 'not like', 'external:%').execute();
}

function linkedAfter(db: Kysely<Database>, [system = '', object = '', crmId = '']: string[]) {
	return db
		.selectFrom('links')
		.innerJoin('shadows', (join) =>
			join
				.onRef('shadows.system', '=', 'links.system')
				.onRef('shadows.object', '=', 'links.object')
				.onRef('shadows.crm_id', '=', 'links.crm_id'),
		)
		.select(['links.system', 'links.object', 'links.crm_id', 'links.entity_id', 'shadows.shadow'])
		.where(
			sql<boolean>`(links.system, links.object, links.crm_id) > (${system}, ${object}, ${crmId})`,
		)
		.orderBy('links.system')
		.orderBy('links.object')
		.orderBy('links.crm_id')
		.limit(PAGE)
		.execute();
}
