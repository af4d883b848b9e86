/** One simulated org: its setup, rows, events and accounts, independent of HTTP. */
import type { Snapshots } from '../framework';
import { BulkJobs } from './bulk/jobs';
import { ChangeDataCapture } from './cdc';
import { EventBus } from './event-bus';
import { SalesforceFaults } from './faults';
import { makeId } from './ids';
import { OAuthAccounts } from './oauth/accounts';
import { ApiQuota } from './rest/quota';
import { ensureRecordTypes } from './record-types';
import { QueryCursors } from './rest/cursors';
import { Schema } from './schema';
import { orgObjects } from './schema/objects';
import { Store, type Actor } from './store';
import type { Switches } from './switches';

/** `changeOrigin` of what people do at the screen. */
export const UI_ORIGIN = 'com/salesforce/api/soap/67.0;client=SfdcInternalAPI/';

const USERNAME = 'integration@crm-fabric.example';

export class Org {
	readonly id = makeId('00D', 1_204_517_733);
	readonly schema: Schema;
	readonly store: Store;
	readonly bus: EventBus;
	readonly cdc: ChangeDataCapture;
	readonly faults = new SalesforceFaults();
	readonly accounts: OAuthAccounts;
	readonly quota: ApiQuota;
	readonly cursors: QueryCursors;
	readonly bulk: BulkJobs;
	/** The user that people at the screen are. */
	readonly advisor: Actor;
	readonly integrationUser: string;

	constructor(
		readonly switches: Switches,
		readonly now: () => number,
	) {
		this.schema = new Schema(orgObjects(switches));
		this.store = new Store(this.schema, now);
		ensureRecordTypes(this.store, switches);
		this.bus = new EventBus(switches, now);
		this.quota = new ApiQuota(switches, now);
		this.cursors = new QueryCursors(now);
		this.bulk = new BulkJobs(switches, now);
		this.integrationUser = this.addUser(USERNAME, 'CRM Fabric');
		const advisor = this.addUser('advisor@crm-fabric.example', 'Robin Advisor');
		this.advisor = { userId: advisor, origin: UI_ORIGIN };
		const user = { id: this.integrationUser, username: USERNAME };
		this.accounts = new OAuthAccounts(this.id, user, switches, now);
		this.cdc = new ChangeDataCapture(this.bus, switches, now, this.integrationUser);
		this.faults.immediate['invalidateTokens'] = () => this.accounts.revokeAccessTokens();
		this.faults.immediate['revokeRefreshTokens'] = () => this.accounts.revokeRefreshTokens();
	}

	/** Has the org saved, and goes on from the saved state if there is one. */
	keepIn(snapshots: Snapshots): void {
		snapshots.keep('rows', this.store);
		snapshots.keep('events', this.bus);
		snapshots.keep('transactions', this.cdc);
		snapshots.keep('accounts', this.accounts);
		snapshots.keep('cursors', this.cursors);
	}

	/** From here on, what is written fires change events. */
	startEvents(): void {
		this.store.onCommit((commit) => this.cdc.publish(commit));
	}

	private addUser(username: string, name: string): string {
		const system: Actor = { userId: '', origin: '' };
		const values = { Username: username, Name: name, Email: username, IsActive: true };
		const object = this.schema.known('User');
		return this.store.transact(system, () => this.store.insert(object, values)).id;
	}
}
