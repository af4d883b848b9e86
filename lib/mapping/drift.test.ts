/** What becomes of a mapped field, from one look at a CRM's fields to the next. */
import type { CrmField } from '../connectors/connector';
import type { FieldMap } from '../model/field-map';
import { DEFAULT_DRIFT, type CrmSchema, type DriftSettings } from '../model/mapping';
import { driftsOf, holdsOf, withoutDropped } from './drift';
import { isHeldValue, mapInForce } from './holds';
import { agreed, observed } from './schema';

const field = (name: string, more: Partial<CrmField> = {}): CrmField => ({
	...{ name, label: name, type: 'string', readOnly: false, required: false, custom: true },
	...more,
});
const listed = (...values: string[]) => ({
	type: 'options' as const,
	options: values.map((value) => ({ value, label: value })),
});

const MAP: FieldMap = [
	{ field: 'jobTitle', crmField: 'title', direction: 'both' },
	{ field: 'custom.tier', crmField: 'tier', direction: 'both' },
];
const BEFORE = [
	field('title'),
	field('tier', { label: 'Service Tier', ...listed('Gold', 'Silver') }),
];

/** The schema after one look at each list of fields. */
function seen(...looks: CrmField[][]): CrmSchema {
	const all = looks.reduce<CrmSchema | undefined>(
		(before, fields, at) => observed(before, fields, MAP, at).schema,
		undefined,
	);
	if (all === undefined) throw new Error('Nothing was looked at.');
	return all;
}

function drifts(schema: CrmSchema, settings: DriftSettings = DEFAULT_DRIFT, map = MAP) {
	return driftsOf(map, schema, { system: 'crm', object: 'contact', settings });
}

const tier = (more: Partial<CrmField>) => [field('title'), { ...(BEFORE[1] as CrmField), ...more }];

describe('drift of a CRM', () => {
	it('is none as long as nothing changes', () => {
		expect(drifts(seen(BEFORE, BEFORE))).toEqual([]);
	});

	it.each<[string, CrmField[], object]>([
		['vanished', [field('title')], { kind: 'vanished' }],
		[
			'renamed',
			[field('title'), field('level', { label: 'Service Tier', ...listed('Gold') })],
			{ kind: 'renamed', suggestions: [{ crmField: 'level' }] },
		],
		['another label', tier({ label: 'Colour' }), { kind: 'relabelled' }],
		['another type', tier({ type: 'string' }), { kind: 'retyped' }],
		['read only', tier({ readOnly: true }), { kind: 'readOnly' }],
		['a value less', tier(listed('Silver')), { kind: 'valuesLost', values: ['Gold'] }],
	])('notices %s, for as long as it stands, and its return', (_what, after, drift) => {
		for (const schema of [seen(BEFORE, after), seen(BEFORE, after, after)])
			expect(drifts(schema)).toMatchObject([
				{ crmField: 'tier', fields: ['custom.tier'], ...drift },
			]);
		expect(drifts(seen(BEFORE, after, BEFORE))).toEqual([]);
	});

	it('tells only once of what holds nothing', () => {
		const after = tier({ ...listed('Gold', 'Silver', 'Bronze'), required: true });
		const first = observed(seen(BEFORE), after, MAP, 1);
		expect(first.news).toMatchObject([
			{ kind: 'required', crmField: 'tier' },
			{ kind: 'valuesGained', values: ['Bronze'] },
		]);
		expect(observed(first.schema, after, MAP, 2).news).toEqual([]);
		expect(drifts(first.schema)).toEqual([]);
	});

	it('ends when somebody agrees to another label or type, not when a value stays lost', () => {
		expect(drifts(agreed(seen(BEFORE, tier({ label: 'Colour' })), MAP))).toEqual([]);
		expect(drifts(agreed(seen(BEFORE, tier({ type: 'string' })), MAP))).toEqual([]);
		expect(drifts(agreed(seen(BEFORE, tier({ readOnly: true })), MAP))).toHaveLength(1);
		expect(drifts(agreed(seen(BEFORE, tier(listed('Silver'))), MAP))).toHaveLength(1);
		expect(drifts(agreed(seen(BEFORE, [field('title')]), MAP))).toHaveLength(1);
	});

	it('ends when the value table says what to write instead', () => {
		const transform = {
			...{ kind: 'picklist' as const, unknown: 'keep' as const },
			values: [{ canonical: 'Gold', crm: 'Silver' }],
		};
		const mended = MAP.map((one) => (one.crmField === 'tier' ? { ...one, transform } : one));
		expect(drifts(seen(BEFORE, tier(listed('Silver'))), DEFAULT_DRIFT, mended)).toEqual([]);
	});

	it('holds a field that is gone both ways, a closed one outwards, and a lost value alone', () => {
		const held = (after: CrmField[]) => {
			const holds = holdsOf(drifts(seen(BEFORE, after)));
			return { holds, directions: mapInForce(MAP, holds).map(({ direction }) => direction) };
		};
		expect(held([field('title')]).directions).toEqual(['both', 'off']);
		expect(held(tier({ readOnly: true })).directions).toEqual(['both', 'in']);
		const { holds, directions } = held(tier(listed('Silver')));
		expect(directions).toEqual(['both', 'both']);
		const about = { object: 'contact' as const, field: 'custom.tier' };
		expect(isHeldValue(holds, MAP, { ...about, value: 'GOLD' })).toBe(true);
		expect(isHeldValue(holds, MAP, { ...about, value: 'Silver' })).toBe(false);
	});

	it('holds a list as a whole when one of its places is gone', () => {
		const map: FieldMap = ['phones.work', 'phones.mobile'].map((slot) => ({
			...{ field: slot, crmField: slot, direction: 'both' },
		}));
		const look = observed(
			undefined,
			map.map(({ crmField }) => field(crmField)),
			map,
			0,
		);
		const { schema } = observed(look.schema, [field('phones.mobile')], map, 1);
		const holds = holdsOf(drifts(schema, DEFAULT_DRIFT, map));
		expect(mapInForce(map, holds).map(({ direction }) => direction)).toEqual(['off', 'off']);
	});

	it('follows the policy', () => {
		const gone = seen(BEFORE, [field('title')]);
		expect(holdsOf(drifts(gone, { policy: 'fail', relabelled: 'hold' }))).toMatchObject([
			{ stops: true },
		]);
		const dropped = drifts(gone, { policy: 'drop', relabelled: 'hold' });
		expect(holdsOf(dropped)).toEqual([]);
		expect(withoutDropped(MAP, dropped).map(({ direction }) => direction)).toEqual(['both', 'off']);
		const relabelled = seen(BEFORE, tier({ label: 'Colour' }));
		expect(holdsOf(drifts(relabelled, { policy: 'hold', relabelled: 'report' }))).toEqual([]);
	});
});
