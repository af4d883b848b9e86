import { base64, create, crm, get, individual, list, start, type Sub } from './harness';

afterEach(() => crm.sim.stop());

describe('writing contacts', () => {
	test('create takes nested arrays; update is partial and ignores them', async () => {
		await start();
		const phones = [{ phone_type: 3, number: '2185550178', country_code: 1 }];
		const { id } = await create(individual('Almqvist', { phones, job_title: 'Surveyor' }));
		crm.clock += 5_000;
		const body = { job_title: null, status_id: 2, phones: [{ phone_type: 1, number: '1' }] };
		const answer = await crm.call('PUT', `/contacts/${id}`, { body });
		expect(answer.status).toBe(200);
		expect(await get(id)).toMatchObject({
			first_name: 'Signe',
			job_title: null,
			status: 'Inactive',
			phones: [{ number: '2185550178', phone_type_description: 'Mobile', callable_id: id }],
			updated_at: '2026-05-04T13:20:16.000Z',
		});
	});

	test('switches: success answers, 204 for sub-records, appended arrays', async () => {
		const switches = { createAnswer: 'success', subRecordPut: 204, nestedInPut: 'append' };
		await start({ switches });
		const made = await crm.call('POST', '/contacts', { body: individual('Almqvist') });
		const { id } = made.body as { id: number };
		expect([made.status, made.body]).toEqual([201, { success: true, id }]);
		await crm.call('PUT', `/contacts/${id}`, { body: { phones: [{ number: '1' }] } });
		const [phone] = (await get(id)).phones ?? [];
		const path = `/contacts/${id}/phones/${phone?.id}`;
		const put = await crm.call('PUT', path, { body: { number: '2' } });
		expect([put.status, put.body]).toEqual([204, '']);
		expect((await get(id)).phones).toMatchObject([{ id: phone?.id, number: '2' }]);
	});

	test.each([
		[{ type: 'Individual' }],
		[{ last_name: '' }],
		[{ status_id: 4 }],
		[{ dob: '12/01/1968' }],
		[{ emails: [{ address: 'nothing' }] }],
	])('refuses %j with 422 and a message, and creates nothing', async (wrong) => {
		await start();
		const answer = await crm.call('POST', '/contacts', {
			body: { ...individual('Almqvist'), ...wrong },
		});
		expect(answer).toMatchObject({ status: 422, body: { message: expect.any(String) } });
		expect(crm.sim.people.list()).toEqual([]);
	});

	test('the restricted user is refused advisor fields for the whole call', async () => {
		await start();
		const { id } = await create(individual('Almqvist'));
		const { apiKey, restrictedUserKey } = crm.sim.credentials;
		const headers = { Authorization: `Userkeyauth ${base64(apiKey, restrictedUserKey)}` };
		const put = (body: object) => crm.call('PUT', `/contacts/${id}`, { body, headers });
		const answer = await put({ job_title: 'Cook', servicing_advisor_id: 22 });
		expect([answer.status, answer.body]).toEqual([
			403,
			{ message: 'User Forbidden from Updating servicing_advisor_id' },
		]);
		expect(await get(id)).toMatchObject({ job_title: null, servicing_advisor: null });
		expect((await put({ job_title: 'Cook' })).status).toBe(200);
		await crm.call('PUT', `/contacts/${id}`, { body: { servicing_advisor_id: 22 } });
		expect(await get(id)).toMatchObject({ servicing_advisor: 'Noel Varga' });
	});

	test('delete is soft: gone from lists, 404 or flagged by switch', async () => {
		await start();
		const { id } = await create(individual('Almqvist'));
		expect((await crm.call('DELETE', `/contacts/${id}`)).status).toBe(204);
		expect((await crm.call('GET', `/contacts/${id}`)).status).toBe(404);
		expect(
			(await crm.call('POST', `/contacts/${id}/phones`, { body: { number: '1' } })).status,
		).toBe(404);
		expect((await list('/contacts')).meta.total_records).toBe(0);
		await crm.sim.stop();
		await start({ switches: { getAfterDelete: 'flag', deletedInLists: true } });
		const kept = await create(individual('Almqvist'));
		await crm.call('DELETE', `/contacts/${kept.id}`);
		expect(await get(kept.id)).toMatchObject({ deleted: true });
		expect((await list('/contacts')).contacts).toMatchObject([{ id: kept.id, deleted: true }]);
	});
});

describe('sub-records', () => {
	test('create, update, delete by id, one primary, the contact moves', async () => {
		await start();
		const { id } = await create(individual('Almqvist'));
		const path = `/contacts/${id}/emails`;
		const post = async (body: object) =>
			((await crm.call('POST', path, { body })).body as { email: Sub }).email;
		const first = await post({ address: 'a@almqvist.example', email_type: 1, is_primary: true });
		const second = await post({ address: 'b@almqvist.example', email_type: 2, is_primary: true });
		expect((await get(id)).emails).toMatchObject([{ is_primary: false }, { is_primary: true }]);
		crm.clock += 10_000;
		const put = await crm.call('PUT', `${path}/${first.id}`, { body: { email_type: 3 } });
		expect(put.body).toMatchObject({
			email: { address: 'a@almqvist.example', email_type_description: 'Other' },
		});
		expect((await get(id)).updated_at).toBe('2026-05-04T13:20:21.000Z');
		expect((await crm.call('DELETE', `${path}/${second.id}`)).status).toBe(204);
		expect((await crm.call('DELETE', `${path}/${second.id}`)).status).toBe(404);
		expect((await crm.call('PUT', `${path}/${first.id}`, { body: { address: '' } })).status).toBe(
			422,
		);
		expect(await list(path)).toMatchObject({
			emails: [{ id: first.id, emailable_type: 'Crm::Contact' }],
			meta: { total_records: 1, total_pages: 1 },
		});
		expect(
			crm.sim.writes().every(({ status, recordId }) => status >= 400 || recordId === String(id)),
		).toBe(true);
	});

	test('with the switch off a sub-record leaves the updated_at of its contact alone', async () => {
		await start({ switches: { subRecordBumps: false } });
		const { id, updated_at } = await create(individual('Almqvist'));
		crm.clock += 10_000;
		await crm.call('POST', `/contacts/${id}/phones`, { body: { number: '2185550178' } });
		expect((await get(id)).phones).toHaveLength(1);
		expect((await get(id)).updated_at).toBe(updated_at);
	});

	test('user defined fields', async () => {
		await start();
		const { id } = await create(individual('Almqvist'));
		const path = `/contacts/${id}/udfs`;
		const post = (contact_udf_field_id: number) =>
			crm.call('POST', path, { body: { contact_udf_field_id, field_value: 'Gold' } });
		expect((await post(99)).status).toBe(422);
		const { contact_udf } = (await post(12)).body as { contact_udf: Sub };
		expect(contact_udf).toMatchObject({
			contact_udf_field_name: 'Service tier',
			field_value: 'Gold',
		});
		await crm.call('PUT', `${path}/${contact_udf.id}`, { body: { field_value: null } });
		expect((await crm.call('GET', path)).body).toMatchObject({
			contact_udfs: [{ field_value: null }],
		});
	});
});

describe('a person at the screen', () => {
	test('keeps sub-record ids by value, then by position, and splits foreign numbers', async () => {
		await start();
		const made = crm.sim.people.create({
			lastName: 'Almqvist',
			phones: [
				{ number: '2185550177', kind: 'home' },
				{ number: '2185550178', kind: 'mobile', primary: true },
			],
		});
		const before = (await get(Number(made.id))).phones ?? [];
		crm.clock += 60_000;
		const edited = crm.sim.people.edit(made.id, {
			birthDate: '1968-12-01',
			phones: [{ number: '2185550178' }, { number: '+46701740605', kind: 'work' }],
		});
		expect(edited.phones).toEqual([
			{ number: '2185550178', kind: 'mobile', primary: true },
			{ number: '+46701740605', kind: 'work', primary: false },
		]);
		const after = await get(Number(made.id));
		expect(after).toMatchObject({ dob: '1968-12-01', updated_at: '2026-05-04T13:21:11.000Z' });
		expect(after.phones).toMatchObject([
			{ id: before[1]?.id, number: '2185550178', country_code: 1 },
			{ id: before[0]?.id, number: '701740605', country_code: 46 },
		]);
	});

	test('no limit by default; 429 with Retry-After when switched on', async () => {
		await start({ switches: { throttle: { calls: 1, windowMs: 10_000 } } });
		expect((await crm.call('GET', '/contacts')).status).toBe(200);
		const refused = await crm.call('GET', '/contacts');
		expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
	});
});
