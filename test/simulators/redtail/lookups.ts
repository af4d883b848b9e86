/** `/lists/...`. */
import { json, type SimRoute } from '../framework';
import { DATABASE_ID, LISTS, OPPORTUNITY_STAGES, USERS } from './catalog';
import { BASE, notFound, type RedtailDesk } from './contacts';
import { pageOf } from './listing';
import { formatTime } from './render';

const LISTS_SINCE = Date.UTC(2024, 0, 15, 12);

/** The rows of every list, as the API shows them. */
function listRows({ store }: RedtailDesk): Record<string, Array<Record<string, unknown>>> {
	const times = { created_at: formatTime(LISTS_SINCE), updated_at: formatTime(LISTS_SINCE) };
	const plain = Object.entries(LISTS).map(([key, items]) => [
		key,
		items.map((item) => ({
			id: item.id,
			name: item.name,
			is_default: item.isDefault ?? false,
			deleted: item.deleted === true || store.removedItems.has(item),
			...times,
		})),
	]);
	return {
		...Object.fromEntries(plain),
		opportunity_stages: OPPORTUNITY_STAGES,
		contact_udfs: store.udfFields.map((field) => ({ ...field, deleted: false, ...times })),
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

export function listRoutes(desk: RedtailDesk): SimRoute[] {
	const keys = Object.keys(listRows(desk));
	const users = listRows(desk).database_users ?? [];
	return [
		...keys.map(
			(key): SimRoute => ({
				method: 'GET',
				path: `${BASE}/lists/${key}`,
				handle: (request) => pageOf(request, key, listRows(desk)[key] ?? [], (row) => row),
			}),
		),
		{
			method: 'GET',
			path: `${BASE}/lists/database_users/:user`,
			handle: ({ params }) => {
				const user = users.find(({ id }) => id === Number(params.user));
				if (!user) throw notFound();
				return json(200, { database_users: user });
			},
		},
	];
}
