/**
 * A simulated Wealthbox, after reference/wealthbox.md. `url` ends in `/v1`; OAuth and the `/_sim/*`
 * endpoints stand at its origin. Switches: see switches.ts. Faults beside the common ones:
 * `householdRace`.
 */
import { FaultBox, Snapshots, startSimulatorServer, Throttle } from '../framework';
import type { Simulator, SimulatorOptions } from '../simulator';
import { contactRoutes, type WealthboxDesk } from './contacts';
import { wealthboxGate } from './gate';
import { fieldRoutes } from './fields';
import { lookupRoutes } from './lookups';
import { OAuthDesk } from './oauth';
import { wealthboxPeople } from './people';
import { resourceRoutes } from './resources';
import { WealthboxStore } from './store';
import { wealthboxSwitches } from './switches';
import { workflowRoutes } from './workflows';

const PERSONAL_TOKEN = 'wealthbox-simulator-access-token';
const OAUTH_CLIENT = {
	clientId: 'wealthbox-simulator-client',
	clientSecret: 'wealthbox-simulator-client-secret',
};

/**
 * Credentials: `accessToken` (header ACCESS_TOKEN); `clientId`, `clientSecret`; a ready OAuth pair
 * `oauthAccessToken`, `oauthRefreshToken`. OAuth paths: `/oauth/authorize`, `/oauth/token`.
 */
export async function startWealthboxSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const now = options.now ?? Date.now;
	const switches = wealthboxSwitches(options.switches);
	const store = new WealthboxStore(now, switches);
	const faults = new FaultBox(['householdRace']);
	const people = wealthboxPeople(store);
	const snapshots = new Snapshots('wealthbox', options.state);
	snapshots.keep('contacts', store);
	const contacts = snapshots.isRestoring ? [] : (options.contacts ?? []);
	for (const contact of contacts) people.create(contact);
	const oauth = new OAuthDesk(OAUTH_CLIENT, switches.tokenLifetimeS, now);
	snapshots.keep('oauth', oauth);
	const first = snapshots.constant('firstGrant', () => oauth.grant());
	const desk: WealthboxDesk = { store, switches, faults, snapshots };
	return startSimulatorServer({
		kind: 'wealthbox',
		title: 'Wealthbox (simulated)',
		basePath: '/v1',
		routes: [
			...contactRoutes(desk),
			...lookupRoutes(desk),
			...resourceRoutes(desk, now),
			...workflowRoutes(desk, now),
			...oauth.routes(),
		],
		adminRoutes: fieldRoutes(store),
		people,
		credentials: {
			accessToken: PERSONAL_TOKEN,
			...OAUTH_CLIENT,
			oauthAccessToken: first.accessToken,
			oauthRefreshToken: first.refreshToken,
		},
		snapshots,
		now,
		port: options.port,
		faults,
		gate: wealthboxGate({
			accepts: (token, kind) =>
				kind === 'personal' ? token === PERSONAL_TOKEN : oauth.accepts(token),
			throttle: new Throttle(switches.throttle, now),
			switches,
		}),
	});
}
