/**
 * Families (reference section 11). Reading is documented; of writing only likely paths are known, so that
 * it works with the switch `familyWrites` alone. A person at the screen can always:
 * - `POST /_sim/families` `{name, members: [{contact_id, relationship}]}`, `PUT|DELETE /_sim/families/:family`,
 * - `PUT|DELETE /_sim/families/:family/members/:contact`: joins (leaving another family), or leaves.
 */
import { isObject, json, type SimRequest, type SimResponse, type SimRoute } from '../framework';
import { RELATIONSHIPS } from './catalog';
import { BASE, contactOf, notFound, type RedtailDesk } from './contacts';
import { pageOf } from './listing';
import { renderFamily, renderMember } from './render';
import type { Family, FamilyMember } from './store';
import { refused } from './write';

type Body = Record<string, unknown>;

function familyOf({ store }: RedtailDesk, { params }: SimRequest): Family {
	const family = store.families().find(({ id }) => id === Number(params.family));
	if (!family) throw notFound();
	return family;
}

function nameOf({ name }: Body): string {
	if (typeof name !== 'string' || name === '') throw refused("name can't be blank");
	return name;
}

/** Only what was sent changes; one member of a family is its head. */
function place(family: Family, member: FamilyMember, body: Body): void {
	if (body.relationship !== undefined) {
		const code = Number(body.relationship);
		if (!RELATIONSHIPS.some(({ id }) => id === code)) throw refused('relationship is invalid');
		member.relationship = code;
		member.isHead = code === 1;
	}
	if (typeof body.hoh === 'boolean') member.isHead = body.hoh;
	if (!member.isHead) return;
	for (const other of family.members) if (other !== member) other.isHead = false;
}

function join(desk: RedtailDesk, family: Family, body: Body): FamilyMember {
	const { store } = desk;
	const contact = store.get(Number(body.contact_id));
	if (!contact) throw refused('contact_id is invalid');
	if (store.familyOf(contact.id)) throw refused('The contact belongs to a family already');
	const member = { ...store.stamped(), contactId: contact.id, isHead: false, relationship: 4 };
	place(family, member, body);
	family.members.push(member);
	touch(desk, family, desk.switches.familyMemberBumps);
	return member;
}

function leave(desk: RedtailDesk, family: Family, member: FamilyMember): void {
	family.members = family.members.filter((one) => one !== member);
	touch(desk, family, desk.switches.familyMemberBumps);
}

function touch({ store }: RedtailDesk, family: Family, isEdit: boolean): void {
	if (isEdit) family.updatedAt = store.now();
}

function wrote(request: SimRequest, id: number): void {
	request.wrote({ recordId: String(id), changedAnything: true });
}

function made(desk: RedtailDesk, id: number, body: Body): SimResponse {
	return json(201, desk.switches.createAnswer === 'success' ? { success: true, id } : body);
}

function add(desk: RedtailDesk, body: Body): Family {
	const name = nameOf(body);
	const members = Array.isArray(body.members) ? (body.members as unknown[]).filter(isObject) : [];
	const family = desk.store.addFamily(name, []);
	for (const member of members) join(desk, family, member);
	return family;
}

function rename(desk: RedtailDesk, family: Family, body: Body): void {
	const name = body.name === undefined ? family.name : nameOf(body);
	touch(desk, family, name !== family.name);
	family.name = name;
}

function remove(desk: RedtailDesk, family: Family): SimResponse {
	Object.assign(family, { deleted: true, members: [] });
	touch(desk, family, true);
	return { status: 204 };
}

function writeRoutes(desk: RedtailDesk): SimRoute[] {
	const path = `${BASE}/families`;
	const one = `${path}/:family`;
	const shown = (family: Family) => ({ family: renderFamily(desk.store, family, true) });
	const isOn = () => {
		if (!desk.switches.familyWrites) throw notFound();
	};
	return [
		{
			method: 'POST',
			path,
			handle: (request) => {
				isOn();
				const family = add(desk, request.object());
				wrote(request, family.id);
				return made(desk, family.id, shown(family));
			},
		},
		{
			method: 'PUT',
			path: one,
			handle: (request) => {
				isOn();
				const family = familyOf(desk, request);
				rename(desk, family, request.object());
				wrote(request, family.id);
				return json(200, shown(family));
			},
		},
		{
			method: 'DELETE',
			path: one,
			handle: (request) => {
				isOn();
				const family = familyOf(desk, request);
				wrote(request, family.id);
				return remove(desk, family);
			},
		},
		...memberRoutes(desk, `${one}/members`, isOn),
	];
}

function memberRoutes(desk: RedtailDesk, path: string, isOn: () => void): SimRoute[] {
	const memberOf = (family: Family, { params }: SimRequest) => {
		const member = family.members.find(({ id }) => id === Number(params.member));
		if (!member) throw notFound();
		return member;
	};
	const shown = (family: Family, member: FamilyMember) => ({
		family_member: renderMember(desk.store, family.id, member),
	});
	return [
		{
			method: 'POST',
			path,
			handle: (request) => {
				isOn();
				const family = familyOf(desk, request);
				const member = join(desk, family, request.object());
				wrote(request, member.id);
				return made(desk, member.id, shown(family, member));
			},
		},
		{
			method: 'PUT',
			path: `${path}/:member`,
			handle: (request) => {
				isOn();
				const family = familyOf(desk, request);
				const member = memberOf(family, request);
				place(family, member, request.object());
				member.updatedAt = desk.store.now();
				touch(desk, family, desk.switches.familyMemberBumps);
				wrote(request, member.id);
				return json(200, shown(family, member));
			},
		},
		{
			method: 'DELETE',
			path: `${path}/:member`,
			handle: (request) => {
				isOn();
				const family = familyOf(desk, request);
				const member = memberOf(family, request);
				leave(desk, family, member);
				wrote(request, member.id);
				return { status: 204 };
			},
		},
	];
}

export function familyRoutes(desk: RedtailDesk): SimRoute[] {
	const { store } = desk;
	return [
		{
			method: 'GET',
			path: `${BASE}/families`,
			handle: (request) => {
				const withMembers = request.query.get('family_members') === 'true';
				return pageOf(request, 'families', store.families(), (family) =>
					renderFamily(store, family, withMembers),
				);
			},
		},
		{
			method: 'GET',
			path: `${BASE}/families/:family`,
			handle: (request) =>
				json(200, { family: renderFamily(store, familyOf(desk, request), true) }),
		},
		{
			method: 'GET',
			path: `${BASE}/contacts/:id/family`,
			handle: (request) => {
				const family = store.familyOf(contactOf(desk, request).id);
				return json(200, { family: family ? renderFamily(store, family, true) : null });
			},
		},
		...writeRoutes(desk),
	];
}

export function familyAdminRoutes(desk: RedtailDesk): SimRoute[] {
	const path = '/_sim/families';
	const one = `${path}/:family`;
	const member = `${one}/members/:contact`;
	const leaveAny = ({ params }: SimRequest) => {
		const contactId = Number(params.contact);
		const family = desk.store.familyOf(contactId);
		const own = family?.members.find((candidate) => candidate.contactId === contactId);
		if (family && own) leave(desk, family, own);
	};
	return [
		{
			method: 'POST',
			path,
			handle: (request) => json(201, renderFamily(desk.store, add(desk, request.object()), true)),
		},
		{
			method: 'PUT',
			path: one,
			handle: (request) => {
				const family = familyOf(desk, request);
				rename(desk, family, request.object());
				return json(200, renderFamily(desk.store, family, true));
			},
		},
		{ method: 'DELETE', path: one, handle: (request) => remove(desk, familyOf(desk, request)) },
		{
			method: 'PUT',
			path: member,
			handle: (request) => {
				leaveAny(request);
				const body = { ...request.object(), contact_id: Number(request.params.contact) };
				const family = familyOf(desk, request);
				return json(200, renderMember(desk.store, family.id, join(desk, family, body)));
			},
		},
		{
			method: 'DELETE',
			path: member,
			handle: (request) => {
				leaveAny(request);
				return { status: 204 };
			},
		},
	];
}
