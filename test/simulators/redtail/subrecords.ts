/** Addresses, phones, e-mails, urls, user defined fields and important information of a contact. */
import { isObject, json, type SimRequest, type SimResponse, type SimRoute } from '../framework';
import { isSameJson } from '../plain';
import { SUB_NAMES, SUB_RECORDS, type SubName } from './catalog';
import { BASE, contactOf, notFound, type RedtailDesk } from './contacts';
import { pageOf } from './listing';
import { renderSub, renderUdf } from './render';
import type { RedtailContact } from './store';
import { addSub, fillSub, refused } from './write';

function answerCreate(desk: RedtailDesk, id: number, object: unknown): SimResponse {
	return json(201, desk.switches.createAnswer === 'success' ? { success: true, id } : object);
}

/** Changes a part of the contact and notes the write under the contact's id. */
function change(
	desk: RedtailDesk,
	request: SimRequest,
	apply: (draft: RedtailContact) => void,
): void {
	const { id } = contactOf(desk, request);
	const changedAnything = desk.store.update(id, 'sub', apply);
	request.wrote({ recordId: String(id), changedAnything });
}

function subOf(contact: RedtailContact, name: SubName, request: SimRequest) {
	const sub = contact.subs[name].find(({ id }) => id === Number(request.params.sub));
	if (!sub) throw notFound();
	return sub;
}

function createSub(desk: RedtailDesk, name: SubName, request: SimRequest): SimResponse {
	const body = request.object();
	let made = 0;
	change(desk, request, (draft) => {
		made = addSub(draft, name, body, desk.store).id;
	});
	return answerCreate(desk, made, showSub(desk, name, request, made));
}

function showSub(desk: RedtailDesk, name: SubName, request: SimRequest, subId: number) {
	const contact = contactOf(desk, request);
	const sub = contact.subs[name].find(({ id }) => id === subId);
	return { [SUB_RECORDS[name].singular]: sub && renderSub(name, contact.id, sub) };
}

function updateSub(desk: RedtailDesk, name: SubName, request: SimRequest): SimResponse {
	const body = request.object();
	change(desk, request, (draft) => {
		const sub = subOf(draft, name, request);
		const before = structuredClone(sub);
		fillSub(draft, name, sub, body);
		if (!isSameJson(before, sub)) sub.updatedAt = desk.store.now();
	});
	if (desk.switches.subRecordPut === 204) return { status: 204 };
	return json(200, showSub(desk, name, request, Number(request.params.sub)));
}

function deleteSub(desk: RedtailDesk, name: SubName, request: SimRequest): SimResponse {
	change(desk, request, (draft) => {
		const gone = subOf(draft, name, request);
		draft.subs[name] = draft.subs[name].filter((sub) => sub !== gone);
	});
	return { status: 204 };
}

function subRoutes(desk: RedtailDesk, name: SubName): SimRoute[] {
	const path = `${BASE}/contacts/:id/${name}`;
	const one = `${path}/:sub`;
	return [
		{
			method: 'GET',
			path,
			handle: (request) => {
				const { id, subs } = contactOf(desk, request);
				return pageOf(request, name, subs[name], (sub) => renderSub(name, id, sub));
			},
		},
		{ method: 'POST', path, handle: (request) => createSub(desk, name, request) },
		{ method: 'PUT', path: one, handle: (request) => updateSub(desk, name, request) },
		{ method: 'DELETE', path: one, handle: (request) => deleteSub(desk, name, request) },
	];
}

function udfOf(contact: RedtailContact, request: SimRequest) {
	const udf = contact.udfs.find(({ id }) => id === Number(request.params.udf));
	if (!udf) throw notFound();
	return udf;
}

function udfValue(body: Record<string, unknown>): string | null {
	const { field_value: value } = body;
	if (value === null || value === undefined || value === '') return null;
	if (isObject(value) || Array.isArray(value)) throw refused('field_value is invalid');
	return String(value);
}

function createUdf(desk: RedtailDesk, request: SimRequest): SimResponse {
	const body = request.object();
	const fieldId = Number(body.contact_udf_field_id);
	if (!desk.store.udfFields.some(({ id }) => id === fieldId)) {
		throw refused('contact_udf_field_id is invalid');
	}
	const udf = { ...desk.store.stamped(), fieldId, value: udfValue(body) };
	change(desk, request, (draft) => draft.udfs.push(udf));
	const contact_udf = renderUdf(contactOf(desk, request).id, udf, desk.store);
	return answerCreate(desk, udf.id, { contact_udf });
}

function updateUdf(desk: RedtailDesk, request: SimRequest): SimResponse {
	const value = udfValue(request.object());
	change(desk, request, (draft) => {
		const udf = udfOf(draft, request);
		if (udf.value === value) return;
		Object.assign(udf, { value, updatedAt: desk.store.now() });
	});
	if (desk.switches.subRecordPut === 204) return { status: 204 };
	const contact = contactOf(desk, request);
	return json(200, { contact_udf: renderUdf(contact.id, udfOf(contact, request), desk.store) });
}

function deleteUdf(desk: RedtailDesk, request: SimRequest): SimResponse {
	change(desk, request, (draft) => {
		const gone = udfOf(draft, request);
		draft.udfs = draft.udfs.filter((udf) => udf !== gone);
	});
	return { status: 204 };
}

function udfRoutes(desk: RedtailDesk): SimRoute[] {
	const path = `${BASE}/contacts/:id/udfs`;
	const one = `${path}/:udf`;
	return [
		{
			method: 'GET',
			path,
			handle: (request) => {
				const { id, udfs } = contactOf(desk, request);
				return pageOf(request, 'contact_udfs', udfs, (udf) => renderUdf(id, udf, desk.store));
			},
		},
		{ method: 'POST', path, handle: (request) => createUdf(desk, request) },
		{ method: 'PUT', path: one, handle: (request) => updateUdf(desk, request) },
		{ method: 'DELETE', path: one, handle: (request) => deleteUdf(desk, request) },
	];
}

function importantInformationRoutes(desk: RedtailDesk): SimRoute[] {
	const path = `${BASE}/contacts/:id/important_information`;
	const show = (request: SimRequest) =>
		json(200, {
			important_information: { content: contactOf(desk, request).importantInformation },
		});
	return [
		{ method: 'GET', path, handle: show },
		{
			method: 'PUT',
			path,
			handle: (request) => {
				const { content } = request.object();
				if (content !== null && typeof content !== 'string') throw refused('content is invalid');
				change(desk, request, (draft) => {
					draft.importantInformation = content || null;
				});
				return show(request);
			},
		},
	];
}

export function subRecordRoutes(desk: RedtailDesk): SimRoute[] {
	return [
		...SUB_NAMES.flatMap((name) => subRoutes(desk, name)),
		...udfRoutes(desk),
		...importantInformationRoutes(desk),
	];
}
