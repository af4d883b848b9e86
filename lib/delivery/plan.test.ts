import { registration } from '../../test/unit/support/hub';
import { memoryConnector } from '../../test/unit/support/memory-connector';
import type { FieldMap } from '../model/field-map';
import type { CanonicalFields } from '../model/fields';
import { see, type Shadow } from '../merge/shadow';
import { planRecord } from './plan';

const fieldMap: FieldMap = [
	{ field: 'firstName', crmField: 'first', direction: 'both' },
	{ field: 'jobTitle', crmField: 'title', direction: 'in' },
	{ field: 'emails.primary', crmField: 'mail', direction: 'both' },
];
const system = {
	...registration('redtail'),
	fieldMap,
	fieldMapVersion: 1,
	readyAt: 0,
	readyAfter: 0,
	awaitsLoad: false,
};

function shadowOf(fields: CanonicalFields): Shadow {
	return Object.entries(fields).reduce<Shadow>(
		(shadow, [field, value]) => see(shadow, field, value, 1),
		{ fields: {} },
	);
}

const plan = (wanted: CanonicalFields, shadow?: Shadow) =>
	planRecord(memoryConnector('memory'), system, wanted, shadow);

const wanted = { firstName: 'Ada', jobTitle: 'CFO', emails: [{ address: 'a@x.io' }] };

test('a create writes every field that is mapped outwards and holds something', () => {
	expect(plan({ ...wanted, firstName: null })).toEqual({
		changes: { emails: wanted.emails },
		desired: { firstName: null, emails: wanted.emails },
	});
});

test('an update writes what differs from the shadow, in meaning', () => {
	const known = { firstName: ' Ada ', jobTitle: 'x', emails: [{ address: 'A@X.io', ref: '7' }] };
	expect(plan(wanted, shadowOf(known)).changes).toEqual({});
	expect(plan({ ...wanted, firstName: null }, shadowOf(known)).changes).toEqual({
		firstName: null,
	});
	const none = { ...wanted, emails: [] };
	expect(plan(none, shadowOf(known)).changes).toEqual({ emails: [] });
});

test('a field of an existing record that was never read is not written blindly', () => {
	expect(plan(wanted, shadowOf({ firstName: 'Eve' })).changes).toEqual({ firstName: 'Ada' });
	expect(plan(wanted, { fields: {} }).changes).toEqual({});
});

test('what the CRM cannot hold is no difference', () => {
	const kindless = memoryConnector('memory', ({ firstName }) => ({ firstName }));
	const shadow = shadowOf({ firstName: 'Ada', emails: [] });
	expect(planRecord(kindless, system, wanted, shadow).changes).toEqual({});
});
