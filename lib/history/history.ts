/** What was, who says so, and how to take it back: the audit trail at work. */
import type { EventEmitter } from 'node:events';
import type { Clock } from '../clock';
import type { ConnectorOf } from '../delivery/mark';
import type { FieldRule } from '../merge/rules';
import type { StoredAuditRow } from '../model/rows';
import type { Store, StoreTransaction } from '../store/store';
import { entityAt, type PastEntity } from './entity-at';
import { changeAt, changesOfRecord, changesOfRun, undoChanges, type UndoReport } from './undo';
import { verifyAudit, type AuditProof, type VerifyOptions } from './verify';
import { whatIf, type WhatIf } from './what-if';

/** Who asks, and whether what was changed again since is set back, too. */
export interface UndoAsked {
	by?: string;
	force?: boolean;
}

export class History {
	constructor(
		private readonly store: Store,
		private readonly clock: Clock,
		private readonly connectorOf: ConnectorOf,
		private readonly signals: EventEmitter,
	) {}

	/** A client's fields and records as they were at `atMs`. Undefined if there was no such client then. */
	entityAt(unifiedId: string, atMs: number): Promise<PastEntity | undefined> {
		return this.store.read((tx) => entityAt(tx, unifiedId, atMs));
	}

	/** One change of one field. Throws DeskError if the row tells of none. */
	undoField(asked: UndoAsked & { auditSeq: number }): Promise<UndoReport> {
		return this.undo((tx) => changeAt(tx, asked.auditSeq), asked);
	}

	/** All changes that came from one record since then. Throws DeskError if the record is not known. */
	undoRecord(
		asked: UndoAsked & { system: string; crmId: string; sinceMs: number },
	): Promise<UndoReport> {
		return this.undo((tx) => changesOfRecord(tx, asked, asked.sinceMs), asked);
	}

	/** All changes of one run: an emission of events, a reconcile, an undo. Throws DeskError if it has none. */
	undoRun(asked: UndoAsked & { run: string }): Promise<UndoReport> {
		return this.undo((tx) => changesOfRun(tx, asked.run), asked);
	}

	/** What a client would look like had it been merged under these rules all along. Changes nothing. */
	whatIf(unifiedId: string, rules: FieldRule[]): Promise<WhatIf> {
		return this.store.read((tx) => whatIf(tx, unifiedId, rules));
	}

	/** Proves that the audit trail is as it was written. */
	verifyAudit(options?: VerifyOptions): Promise<AuditProof> {
		return verifyAudit(this.store, options);
	}

	private async undo(
		choose: (tx: StoreTransaction) => Promise<StoredAuditRow[]>,
		asked: UndoAsked,
	): Promise<UndoReport> {
		const { by, force } = asked;
		const { opened, ...report } = await this.store.transaction(async (tx) =>
			undoChanges(tx, await choose(tx), asked, {
				connectorOf: this.connectorOf,
				now: this.clock.now(),
				by,
				force,
			}),
		);
		if (opened > 0) this.signals.emit('deliveries');
		return report;
	}
}
