import fc from 'fast-check';
import type { FieldMap, FieldMapping } from '../model/field-map';
import type { Transform } from '../model/transform';
import {
	mergePanel,
	panelDifferences,
	replacedSentence,
	standingSentence,
	withForms,
} from './panel';

const row = (crmField: string, field: string, more: Partial<FieldMapping> = {}): FieldMapping => ({
	field,
	crmField,
	direction: 'both',
	...more,
});
const [first, title, tier] = [
	row('first_name', 'firstName'),
	row('job_title', 'jobTitle'),
	row('tier', 'custom.tier'),
];
const table: Transform = {
	kind: 'picklist',
	values: [{ canonical: 'Gold', crm: 'A' }],
	unknown: 'keep',
};

describe('a panel that is published anew', () => {
	it('leaves what was saved elsewhere in force as long as it says the same', () => {
		const newest = [first, row('job_title', 'category'), tier];
		const merged = mergePanel({ last: [first, title], panel: [title, first], newest });
		expect(merged).toEqual({ map: newest, replaced: [] });
	});

	it('changes its own rows, and leaves those that were saved elsewhere', () => {
		const newest = [first, title, tier];
		const panel = [first, row('job_title', 'category'), row('nick', 'nickname')];
		expect(mergePanel({ last: [first, title], panel, newest })).toEqual({
			map: [first, row('job_title', 'category'), tier, row('nick', 'nickname')],
			replaced: [],
		});
	});

	it('takes out a row that was removed in it, and keeps one out that was removed elsewhere', () => {
		const last = [first, title, tier];
		expect(mergePanel({ last, panel: [first, tier], newest: last }).map).toEqual([first, tier]);
		const merged = mergePanel({ last, panel: [first, title], newest: [title, tier] });
		expect(merged).toEqual({ map: [title], replaced: [] });
	});

	it('wins where both have changed one row, and says so', () => {
		const newest = [first, row('job_title', 'status')];
		const panel = [first, row('job_title', 'category')];
		const merged = mergePanel({ last: [first, title], panel, newest });
		expect(merged).toEqual({ map: panel, replaced: ['job_title'] });
	});

	it('says nothing where both have changed a row to the same', () => {
		const both = [first, row('job_title', 'category')];
		const merged = mergePanel({ last: [first, title], panel: both, newest: both });
		expect(merged).toEqual({ map: both, replaced: [] });
	});

	it('takes the place of a saved row that would be read as the same field', () => {
		const panel = [first, title, row('custom_1', 'custom.tier')];
		const merged = mergePanel({ last: [first, title], panel, newest: [first, title, tier] });
		expect(merged).toEqual({ map: panel, replaced: ['tier'] });
	});

	it('does not count a field that is switched off as one that was changed', () => {
		const off = row('suffix', 'suffix', { direction: 'off' });
		const merged = mergePanel({ last: [first, off], panel: [first], newest: [first, title] });
		expect(merged).toEqual({ map: [first, title], replaced: [] });
	});

	it('ends the sync of an object that it no longer names, whatever was saved of it', () => {
		expect(mergePanel({ last: [first], panel: [], newest: [first, title] }).map).toEqual([]);
		expect(mergePanel({ last: [], panel: [], newest: [first] }).map).toEqual([first]);
	});

	it('keeps a form of values that was saved, and gives up one that it has taken back', () => {
		const saved = { ...tier, transform: table };
		const moved = row('tier', 'custom.tier', { direction: 'in' });
		const kept = mergePanel({ last: [tier], panel: [moved], newest: [saved] });
		expect(kept).toEqual({ map: [{ ...moved, transform: table }], replaced: [] });
		const back = mergePanel({ last: [saved], panel: [tier], newest: [saved] });
		expect(back).toEqual({ map: [tier], replaced: [] });
	});

	it('gives a form of its own, and says whose it replaces', () => {
		const own: Transform = { kind: 'text', trim: true };
		const saved = { ...tier, transform: table };
		const panel = [{ ...tier, transform: own }];
		const merged = mergePanel({ last: [tier], panel, newest: [saved] });
		expect(merged).toEqual({ map: panel, replaced: ['tier'] });
	});

	it('settles: published again it changes nothing, whatever was said and saved before', () => {
		const mappings = fc.uniqueArray(
			fc.record({
				field: fc.constantFrom('firstName', 'jobTitle', 'custom.a', 'custom.b'),
				crmField: fc.constantFrom('a', 'b', 'c', 'd'),
				direction: fc.constantFrom('both' as const, 'in' as const, 'off' as const),
			}),
			{ selector: ({ crmField }) => crmField, maxLength: 4 },
		);
		fc.assert(
			fc.property(mappings, mappings, mappings, (last, panel, newest) => {
				const once = mergePanel({ last, panel, newest });
				const again = mergePanel({ last: panel, panel, newest: once.map });
				expect(again).toEqual({ map: once.map, replaced: [] });
				const untouched = mergePanel({ last, panel: last, newest });
				expect(untouched).toEqual({ map: newest, replaced: [] });
			}),
		);
	});
});

describe('what people are told', () => {
	const version = {
		...{ system: 'wealthbox', object: 'contact' as const, version: 3, map: [] as FieldMap },
		...{ origin: 'desk' as const, note: 'Tier was renamed', savedBy: 'Robin' },
		savedAt: Date.UTC(2026, 10, 22, 14, 5),
	};
	const who =
		'version 3 of the mapping (Contact), saved by Robin on 22 Nov 2026, 14:05 UTC: "Tier was renamed"';

	it('names rows in which panel and mapping differ, forms that the panel does not name apart', () => {
		const inForce = [first, { ...tier, transform: table }, row('job_title', 'category')];
		expect(panelDifferences([first, tier, title], inForce)).toEqual([
			{ crmField: 'job_title', panel: [title], inForce: [row('job_title', 'category')] },
		]);
		expect(panelDifferences([first], [first, tier])).toEqual([
			{ crmField: 'tier', panel: [], inForce: [tier] },
		]);
	});

	it('says who saved what counts, and when', () => {
		const rows = panelDifferences([title], [row('job_title', 'category')]);
		expect(standingSentence(rows, version)).toBe(
			`The trigger's panel shows something else for job_title than ${who}, which counts. A row of the panel counts again once it is changed there and published.`,
		);
	});

	it('says what a panel has replaced, and how to have it back', () => {
		const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
		expect(replacedSentence(many, version)).toBe(
			`The trigger's panel replaces a, b, c, d, e and 2 more of ${who}. To have it back: CRM Fabric > Mapping > Restore, version 3.`,
		);
		const dropped = { ...version, origin: 'drift' as const, savedBy: null, note: 'long' };
		expect(replacedSentence(['a'], dropped)).toContain(
			'made because a field had changed in the CRM on 22 Nov 2026, 14:05 UTC. ',
		);
	});
});

it('keeps the forms of rows that were chosen anew', () => {
	const saved = [{ ...tier, transform: table }, title];
	expect(withForms([title, tier], saved)).toEqual([title, { ...tier, transform: table }]);
	expect(withForms([row('x', 'custom.tier')], saved)).toEqual([
		{ ...row('x', 'custom.tier'), transform: table },
	]);
});
