/** Quality of what the hub knows: duplicates inside one system, and values in their normal form. */
import type { EventEmitter } from 'node:events';
import type { Clock } from '../clock';
import type { ConnectorOf } from '../delivery/mark';
import { DeskError } from '../model/failures';
import type { Thresholds } from '../identity/bands';
import type { Store } from '../store/store';
import { findDuplicates, MAX_ITEMS } from './duplicates/find-duplicates';
import type { DuplicateCluster, DuplicateReport, QualityItem } from './duplicates/item';
import { keepDuplicateReviews, type ClusterToAsk } from './hub/duplicate-reviews';
import { normaliseClients, type NormalisedClient } from './hub/normalise-clients';
import { readRecords } from './hub/records';
import { readRuleSet, type RuleSetInput } from './rules/rule-set';

export interface DuplicateSearch {
	thresholds?: Thresholds;
	/** Pairs that a person should look at count, too. */
	includeDoubtful?: boolean;
	/** Opens a review a cluster, and closes those that are needless now. */
	openReviews?: boolean;
}

export interface SystemDuplicates extends Omit<DuplicateReport, 'clusters'> {
	system: string;
	clusters: SystemCluster[];
	/** Reviews that this search opened and closed. */
	opened: number;
	closed: number;
}

export interface SystemCluster extends DuplicateCluster {
	/** The master first. */
	records: Array<{ crmId: string; unifiedId: string | null; item: QualityItem }>;
	/** Absent if no reviews were asked for. */
	reviewId?: number;
}

export class Quality {
	constructor(
		private readonly store: Store,
		private readonly clock: Clock,
		private readonly connectorOf: ConnectorOf,
		private readonly signals: EventEmitter,
	) {}

	/** Throws DeskError if the system is not known. Reads at most MAX_ITEMS records. */
	async duplicates(system: string, search: DuplicateSearch = {}): Promise<SystemDuplicates> {
		await this.requireSystem(system);
		const { items, isApart } = await readRecords(this.store, system, MAX_ITEMS);
		const { thresholds, includeDoubtful } = search;
		const found = await findDuplicates(items, { thresholds, includeDoubtful, isApart });
		const byId = new Map(items.map((item) => [item.id, item]));
		const members = ({ members: ids }: DuplicateCluster) => ids.flatMap((id) => byId.get(id) ?? []);
		const asks = found.clusters.map((cluster) => ({ system, cluster, members: members(cluster) }));
		const kept = search.openReviews === true ? await this.keepReviews(system, asks) : undefined;
		return {
			...found,
			system,
			clusters: asks.map((one) => withRecords(one, kept?.reviewOf.get(one.cluster.id))),
			opened: kept?.opened ?? 0,
			closed: kept?.closed ?? 0,
		};
	}

	/**
	 * Brings values of these clients to their normal form: an edit that goes to every CRM, in one run
	 * that can be undone. Clients that do not exist are left out. Throws RuleSetError.
	 */
	async normaliseClients(
		unifiedIds: readonly string[],
		rules: RuleSetInput = {},
		by?: string,
	): Promise<{ run: string; clients: NormalisedClient[] }> {
		const ruleSet = readRuleSet({ ...rules, partTitles: false });
		const { connectorOf } = this;
		const result = await this.store.transaction(async (tx) => {
			const now = this.clock.now();
			const run = await tx.runs.start('quality', null, { asked: unifiedIds.length, by }, now);
			const context = { now, connectorOf, by, run };
			const clients = await normaliseClients(tx, unifiedIds, ruleSet, context);
			const changed = clients.filter((one) => one.changed.length > 0).length;
			await tx.runs.end(run, 'finished', { asked: unifiedIds.length, changed, by }, now);
			return { run, clients };
		});
		this.signals.emit('deliveries');
		return result;
	}

	private keepReviews(system: string, asks: readonly ClusterToAsk[]) {
		return this.store.transaction((tx) => keepDuplicateReviews(tx, system, asks, this.clock.now()));
	}

	private async requireSystem(system: string): Promise<void> {
		const known = await this.store.read((tx) => tx.systems.get(system));
		if (known !== undefined) return;
		throw new DeskError(
			`No system is named ${system}. Its trigger registers it when it is published.`,
		);
	}
}

function withRecords(
	{ cluster, members }: ClusterToAsk,
	reviewId: number | undefined,
): SystemCluster {
	const records = members.map((item) => ({ crmId: item.id, unifiedId: item.sameAs ?? null, item }));
	return { ...cluster, records, ...(reviewId !== undefined && { reviewId }) };
}
