/** `/lists/...` and families (read only: their write endpoints are not known). */
import { json, type SimRoute } from '../framework';
import { DATABASE_ID, LISTS, OPPORTUNITY_STAGES, UDF_FIELDS, USERS } from './catalog';
import { BASE, contactOf, notFound, type RedtailDesk } from './contacts';
import { pageOf } from './listing';
import { formatTime, renderFamily } from './render';

const LISTS_SINCE = Date.UTC(2024, 0, 15, 12);

/** The rows of every list, as the API shows them. */
function listRows(): Record<string, Array<Record<string, unknown>>> {
	const times = { created_at: formatTime(LISTS_SINCE), updated_at: formatTime(LISTS_SINCE) };
	const plain = Object.entries(LISTS).map(([key, items]) => [
		key,
		items.map(({ id, name, isDefault = false, deleted = false }) => ({
			id,
			name,
			is_default: isDefault,
			deleted,
			...times,
		})),
	]);
	return {
		...Object.fromEntries(plain),
		opportunity_stages: OPPORTUNITY_STAGES,
		contact_udfs: UDF_FIELDS.map((field) => ({ ...field, deleted: false, ...times })),
		database_users: USERS.map((user) => ({
			id: user.id,
			first_name: user.firstName,
			last_name: user.lastName,
			default_database_id: DATABASE_ID,
			admin: !user.restricted,
			deny_access: false,
		})),
	};
}

export function listRoutes(): SimRoute[] {
	const lists = listRows();
	const users = lists.database_users ?? [];
	return [
		...Object.entries(lists).map(
			([key, rows]): SimRoute => ({
				method: 'GET',
				path: `${BASE}/lists/${key}`,
				handle: (request) => pageOf(request, key, rows, (row) => row),
			}),
		),
		{
			method: 'GET',
			path: `${BASE}/lists/database_users/:user`,
			handle: ({ params }) => {
				const user = users.find(({ id }) => id === Number(params.user));
				if (!user) throw notFound();
				return json(200, { database_user: user });
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
			handle: ({ params }) => {
				const family = store.families().find(({ id }) => id === Number(params.family));
				if (!family) throw notFound();
				return json(200, { family: renderFamily(store, family, true) });
			},
		},
		{
			method: 'GET',
			path: `${BASE}/contacts/:id/family`,
			handle: (request) => {
				const family = store.familyOf(contactOf(desk, request).id);
				return json(200, { family: family ? renderFamily(store, family, true) : null });
			},
		},
	];
}
