/**
 * A simulated Redtail, after reference/redtail.md. `url` ends in `/api/public/v1`; the `/_sim/*`
 * endpoints stand at its origin. Switches: see switches.ts.
 */
import { json, Snapshots, startSimulatorServer, Throttle } from '../framework';
import type { Simulator, SimulatorOptions } from '../simulator';
import { RedtailAuth } from './auth';
import { API_KEY, USERS } from './catalog';
import { BASE, contactRoutes, type RedtailDesk } from './contacts';
import { fieldRoutes } from './fields';
import { familyAdminRoutes, familyRoutes } from './families';
import { listRoutes } from './lookups';
import { noteRoutes } from './notes';
import { redtailPeople } from './people';
import { RedtailStore } from './store';
import { subRecordRoutes } from './subrecords';
import { redtailSwitches, type RedtailSwitches } from './switches';
import { workItemRoutes } from './work-items';

function credentials(): Record<string, string> {
	const [user, restricted] = USERS;
	return {
		apiKey: API_KEY,
		userKey: user?.userKey ?? '',
		username: user?.username ?? '',
		password: user?.password ?? '',
		restrictedUserKey: restricted?.userKey ?? '',
	};
}

function addFamilies(store: RedtailStore, { families }: RedtailSwitches): void {
	const ids = [...store.all()].map(({ id }) => id);
	for (const { name, members } of families) {
		const memberIds = members.flatMap((position) => ids[position] ?? []);
		store.addFamily(name, memberIds);
	}
}

/**
 * Credentials: `apiKey` with `userKey`, or with `username` and `password`; `restrictedUserKey` is
 * a user who gets 403 for the switch's `forbiddenFields`.
 */
export async function startRedtailSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const now = options.now ?? Date.now;
	const switches = redtailSwitches(options.switches);
	const store = new RedtailStore(now, switches);
	const people = redtailPeople(store);
	const auth = new RedtailAuth(switches);
	const snapshots = new Snapshots('redtail', options.state);
	snapshots.keep('contacts', store);
	snapshots.keep('auth', auth);
	if (!snapshots.isRestoring) {
		for (const contact of options.contacts ?? []) people.create(contact);
		addFamilies(store, switches);
	}
	const desk: RedtailDesk = { store, switches, auth, snapshots };
	return startSimulatorServer({
		kind: 'redtail',
		title: 'Redtail (simulated)',
		basePath: BASE,
		routes: [
			auth.route(`${BASE}/authentication`),
			...contactRoutes(desk),
			...subRecordRoutes(desk),
			...familyRoutes(desk),
			...listRoutes(desk),
			...noteRoutes(desk),
			...workItemRoutes(desk),
		],
		adminRoutes: [...fieldRoutes(store), ...familyAdminRoutes(desk)],
		people,
		credentials: credentials(),
		snapshots,
		now,
		port: options.port,
		gate: auth.gate(new Throttle(switches.throttle, now)),
		notFound: () => json(404, { message: 'Not Found' }),
	});
}
