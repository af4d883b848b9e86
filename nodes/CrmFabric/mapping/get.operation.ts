import type { ItemOperation } from '../operation';
import { isoTime } from '../operation';
import { askedOf, askedProperties } from './asked';
import { driftRow, panelRow, versionRow } from './rows';

export const get: ItemOperation = {
	option: {
		name: 'Get',
		value: 'get',
		description: 'Get the mapping in force and what is held of it',
		action: 'Get a mapping',
	},
	properties: askedProperties,

	async forItem(call) {
		const asked = askedOf(call);
		const { version, drifts, describedAt } = await call.fabric.mappings.get(asked);
		const { sentence, rows } = await call.fabric.mappings.besidePanel(asked);
		return [
			{
				...versionRow(version),
				drifts: drifts.map(driftRow),
				fieldsLookedAt: isoTime(describedAt),
				panel: { isInForce: rows.length === 0, note: sentence, differences: rows.map(panelRow) },
			},
		];
	},
};
