/** A defence that is switched off, from outside: at the seams between the engine and its surroundings. */
import type { ChangeBatch } from '../../../lib/connectors/connector';
import type { DeliveryReport } from '../../../lib/delivery/report';
import type { Fabric } from '../../../lib/fabric';
import type { Store } from '../../../lib/store/store';
import type { SystemRegistration } from '../../../lib/store/systems';
import type { Intercept } from '../engine/seams';
import type { Profile } from '../scenario';
import type { WriterDefences } from '../writer';

export interface Sabotage {
	/** What no longer happens. */
	what: string;
	/** The seeds that show it. Default: contacts. */
	profile?: Profile;
	/** Falsifies calls of the store. */
	store?: Intercept;
	/** Forges what a change source read. */
	batch?: (batch: ChangeBatch) => ChangeBatch;
	/** Takes in a batch in another way. */
	accept?: (fabric: Fabric, store: Store, system: string, batch: ChangeBatch) => Promise<unknown>;
	/** Forges the report of a delivery. */
	report?: (report: DeliveryReport, store: Store) => Promise<DeliveryReport>;
	/** Registers a system otherwise. */
	system?: (registration: SystemRegistration) => SystemRegistration;
	/** The connector does not do this. */
	writer?: Partial<WriterDefences>;
	/** A listing that broke off counts as complete. */
	trustsBrokenListings?: boolean;
	/** Calls wait for nothing. */
	ignoresBudgets?: boolean;
}
