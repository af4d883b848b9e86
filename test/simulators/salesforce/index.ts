/**
 * A Salesforce org as an HTTP server: OAuth, REST, Bulk API 2.0, Change Data Capture over CometD, and people at
 * the screen. It behaves as reference/salesforce.md says; switches are in ./switches, faults in
 * ./faults. Besides the shared `/_sim/*` endpoints it has
 * - `GET|PATCH /_sim/switches`: read or change switches; fields come and go with those of the schema,
 * - `PATCH /_sim/fields/:object/:field`: change a field (name, label, type, values, writable, required)
 *   until the switches are changed,
 * - `POST /_sim/events`: put an event on the bus by hand ({@link InjectedEvent}).
 */
import { Snapshots, startSimulatorServer } from '../framework';
import type { Simulator, SimulatorOptions } from '../simulator';
import { salesforceAdminRoutes } from './admin';
import { Streaming } from './bayeux/streaming';
import type { InjectedEvent } from './cdc';
import { oauthRoutes } from './oauth/routes';
import { Org } from './org';
import { peopleOf } from './people';
import { restRoutes } from './rest/routes';
import { readSwitches, type Switches } from './switches';

export type { InjectedEvent } from './cdc';
export type { Switches } from './switches';

export interface SalesforceSimulator extends Simulator {
	/** The live switches; may be set while it runs. */
	switches: Switches;
	/** Puts an event on the bus by hand: GAP_*, GAP_OVERFLOW and the like. */
	injectEvent: (event: InjectedEvent) => void;
	/** Streaming clients that are connected or within their reconnect window. */
	streamingClients: () => number;
}

function credentialsOf(org: Org, snapshots: Snapshots): Record<string, string> {
	const { accounts } = org;
	const tokens = snapshots.constant('firstTokens', () => ({
		refreshToken: accounts.issueRefreshToken(),
		accessToken: accounts.issueAccessToken(),
	}));
	return {
		clientId: accounts.clientId,
		clientSecret: accounts.clientSecret,
		username: accounts.user.username,
		privateKey: accounts.privateKey,
		...tokens,
		organizationId: org.id,
		userId: org.integrationUser,
	};
}

/** Salesforce takes 150 MB of CSV in one bulk upload. */
const MAX_BODY_BYTES = 150_000_000;

/** Starts the org on 127.0.0.1. The contacts to begin with fire no events. */
export async function startSalesforceSimulator(
	options: SimulatorOptions = {},
): Promise<SalesforceSimulator> {
	const now = options.now ?? Date.now;
	const switches = readSwitches(options.switches);
	const org = new Org(switches, now);
	const people = peopleOf(org);
	const snapshots = new Snapshots('salesforce', options.state);
	org.keepIn(snapshots);
	const contacts = snapshots.isRestoring ? [] : (options.contacts ?? []);
	for (const contact of contacts) people.create(contact);
	org.startEvents();
	const streaming = new Streaming(org);
	const credentials = credentialsOf(org, snapshots);
	const server = await startSimulatorServer({
		kind: 'salesforce',
		title: 'Salesforce (simulated)',
		basePath: '',
		routes: [
			...oauthRoutes(org),
			...restRoutes(org),
			{
				method: 'POST',
				path: /^\/cometd(\/.*)?$/,
				write: false,
				handle: (request) => streaming.handle(request),
			},
		],
		adminRoutes: salesforceAdminRoutes(org),
		people,
		credentials,
		snapshots,
		now,
		port: options.port,
		faults: org.faults,
		maxBodyBytes: MAX_BODY_BYTES,
	});
	credentials['instanceUrl'] = server.url;
	return {
		...server,
		switches,
		injectEvent: (event) => org.cdc.inject(event),
		streamingClients: () => streaming.sessions.size,
	};
}
