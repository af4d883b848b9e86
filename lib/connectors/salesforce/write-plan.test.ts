import { defaultFieldMap } from './fields';
import { planWrite } from './write-plan';

const MAP = defaultFieldMap.filter(({ direction }) => direction === 'both');
const PHONES = [
	{ number: '+14155550101', kind: 'work', ref: 'Phone' },
	{ number: '+14155550102', ref: 'OtherPhone' },
];

test('only slots that differ are written, wherever the known entries stand', () => {
	const phones = [
		{ number: '(415) 555-0101', kind: 'work' },
		{ number: '+14155550103', kind: 'mobile' },
	];
	expect(planWrite({ phones }, { phones: PHONES }, null, MAP)).toEqual({
		status: 'write',
		values: { MobilePhone: '+14155550103', OtherPhone: null },
	});
});

test('a field of which nothing was known is written without a conflict', () => {
	const fresh = { Title: 'Painter' };
	expect(planWrite({ jobTitle: 'Architect' }, {}, fresh, MAP)).toEqual({
		status: 'write',
		values: { Title: 'Architect' },
	});
	expect(planWrite({ jobTitle: 'Architect' }, { jobTitle: 'Baker' }, fresh, MAP)).toEqual({
		status: 'conflict',
		field: 'jobTitle',
	});
});

test('an address is one thing: a foreign edit of one part stops the other parts', () => {
	const known = {
		addresses: [{ street: 'Seeweg 4', city: 'Zug', primary: true, ref: 'MailingAddress' }],
	};
	const changes = { addresses: [{ street: 'Seeweg 5', city: 'Zug', primary: true }] };
	const fresh = { MailingStreet: 'Seeweg 4', MailingCity: 'Baar', MailingState: null };
	expect(planWrite(changes, known, { ...fresh, MailingCity: 'Zug' }, MAP)).toEqual({
		status: 'write',
		values: { MailingStreet: 'Seeweg 5' },
	});
	expect(planWrite(changes, known, fresh, MAP)).toEqual({ status: 'conflict', field: 'addresses' });
});

test('a difference of form alone is no difference', () => {
	const changes = { emails: [{ address: 'INES@example.test' }], jobTitle: ' Chief  Architect ' };
	const known = {
		emails: [{ address: 'ines@example.test', primary: true, ref: 'Email' }],
		jobTitle: 'Chief Architect',
	};
	expect(planWrite(changes, known, null, MAP)).toEqual({ status: 'write', values: {} });
});
