/** Suggestions by names, types and values. */
import type { CrmField } from '../connectors/connector';
import { suggest, type SamplePair } from './suggest';

const field = (name: string, label: string, more: Partial<CrmField> = {}): CrmField => ({
	...{ name, label, type: 'string', readOnly: false, required: false, custom: true },
	...more,
});
const asked = {
	object: 'contact' as const,
	customFields: ['custom.tier'],
	mapped: new Set<string>(),
};

function best(fields: CrmField[], pairs: SamplePair[] = []) {
	return suggest({ ...asked, fields, pairs }).map(({ crmField, field: of }) => [crmField, of]);
}

describe('suggestions', () => {
	it.each([
		['Surname__c', 'Surname', 'lastName'],
		['c7', 'Date of Birth', 'birthDate'],
		['ssn', 'SSN', 'taxId'],
		['x1', 'Preferred Name', 'nickname'],
		['c9', 'Tier', 'custom.tier'],
	])('know %s (%s) by its name', (name, label, target) => {
		const type = target === 'birthDate' ? 'date' : 'string';
		expect(best([field(name, label, { type })])).toEqual([[name, target]]);
	});

	it('say nothing about what looks like nothing', () => {
		expect(best([field('zzz', 'Qwrtp Xk')])).toEqual([]);
	});

	it('doubt a name whose type does not fit', () => {
		expect(best([field('dob', 'Date of Birth', { type: 'boolean' })])).toEqual([]);
	});

	it('find by values what no name tells, and are surer with both', () => {
		const values = ['Low', 'High', 'High', 'Middle'];
		const pairs = values.map((value) => ({
			held: { q7: value },
			client: { 'custom.tier': value },
		}));
		const [found] = suggest({ ...asked, fields: [field('q7', 'Qwrtp')], pairs });
		expect(found).toMatchObject({ field: 'custom.tier', confidence: 0.95 });
		expect(found?.reasons).toContain('100 % of 4 records agree');
	});

	it('do not take one value that everybody has for agreement', () => {
		const pairs = Array.from({ length: 9 }, () => ({
			held: { q7: 'Yes' },
			client: { status: 'Yes' },
		}));
		expect(best([field('q7', 'Qwrtp')], pairs)).toEqual([]);
	});

	it('leave mapped fields alone', () => {
		const fields = [field('ssn', 'SSN')];
		expect(suggest({ ...asked, fields, mapped: new Set(['ssn']), pairs: [] })).toEqual([]);
	});
});
