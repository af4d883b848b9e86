/** Carries out where records without a client were placed (./placing.ts): links, new clients, questions. */
import type { ChangeEvent } from '../model/event';
import type { Evidence } from '../model/rows';
import { evidenceOf } from './bands';
import type { Newcomer } from './candidates';
import type { Candidate } from './clients';
import type { Other, Placement, Placing } from './placing';
import { reasonFor, type Fit } from './questions';

/** What a resolver does for it. */
export interface PlacingDesk {
	link: (event: ChangeEvent, unifiedId: string, evidence: Evidence, near: readonly Fit[]) => void;
	create: (event: ChangeEvent, near: readonly Fit[], isLogged: boolean) => Candidate;
	/** The record waits, or is a client of its own until the answer: that client. */
	ask: (event: ChangeEvent, near: readonly Fit[], reason: string) => Promise<Candidate | undefined>;
	/** Reads at once what questions about these clients will show. */
	prepareQuestions: (clients: readonly Candidate[]) => Promise<void>;
	openReviews: () => Promise<void>;
}

/** Carries out where the newcomers were placed: new clients first, since questions may name them. */
export class PlacedBatch {
	/** Newcomer -> its client, once it has one. */
	private readonly clientOf = new Map<number, Candidate>();

	constructor(
		private readonly resolver: PlacingDesk,
		private readonly newcomers: readonly Newcomer[],
		private readonly placing: Placing,
	) {}

	async carryOut(placements: readonly Placement[]): Promise<void> {
		const inOrder = [...placements].sort((a, b) => firstOf(a) - firstOf(b));
		const sure = inOrder.filter(({ asked }) => asked.length === 0);
		for (const placement of sure) this.settle(placement);
		for (const placement of sure) this.linkOthers(placement);
		const doubtful = inOrder.filter(({ asked }) => asked.length > 0);
		const asked = doubtful.flatMap((placement) => placement.asked);
		await this.resolver.prepareQuestions(asked.flatMap((other) => this.client(other) ?? []));
		for (const placement of doubtful) await this.ask(placement);
		await this.resolver.openReviews();
	}

	private settle({ newcomers: [first], candidate }: Placement): void {
		if (first === undefined) return;
		if (candidate !== undefined) this.clientOf.set(first, candidate);
		else this.clientOf.set(first, this.resolver.create(this.event(first), this.near(first), true));
	}

	private linkOthers({ newcomers, candidate }: Placement): void {
		const client = this.clientOf.get(newcomers[0] ?? -1);
		if (client === undefined) return;
		for (const newcomer of candidate === undefined ? newcomers.slice(1) : newcomers)
			this.linkTo(newcomer, client, newcomers);
	}

	/** With the evidence of the best pair inside the group. */
	private linkTo(newcomer: number, client: Candidate, group: readonly number[]): void {
		this.clientOf.set(newcomer, client);
		const own = this.placing
			.compared(newcomer)
			.find(({ other }) =>
				'candidate' in other ? other.candidate === client : group.includes(other.newcomer),
			);
		const evidence =
			own === undefined ? { by: 'group', score: 1, fields: [] } : evidenceOf(own.assessment);
		const near = this.near(newcomer).filter(({ candidate }) => candidate !== client);
		this.resolver.link(this.event(newcomer), client.unifiedId, evidence, near);
	}

	private async ask(placement: Placement): Promise<void> {
		const [first, ...others] = placement.newcomers;
		if (first === undefined) return;
		const made = await this.askOne(first, placement);
		if (made !== undefined) this.clientOf.set(first, made);
		for (const newcomer of others) {
			if (made === undefined) await this.askOne(newcomer, placement);
			else this.linkTo(newcomer, made, placement.newcomers);
		}
	}

	private askOne(newcomer: number, { asked, bar }: Placement): Promise<Candidate | undefined> {
		const near = asked.flatMap((other) => {
			const assessment = this.placing.compare(newcomer, other);
			const client = this.client(other);
			if (assessment === undefined || client === undefined) return [];
			return [{ candidate: client, evidence: evidenceOf(assessment) }];
		});
		const event = this.event(newcomer);
		return this.resolver.ask(event, near, reasonFor(event, bar));
	}

	/** What came nearest, as far as it has become a client. */
	private near(newcomer: number): Fit[] {
		const MOST_NEAR = 3;
		const near = new Map<string, Fit>();
		for (const { other, assessment } of this.placing.compared(newcomer)) {
			const candidate = this.client(other);
			if (candidate === undefined || near.has(candidate.unifiedId)) continue;
			near.set(candidate.unifiedId, { candidate, evidence: evidenceOf(assessment) });
			if (near.size === MOST_NEAR) break;
		}
		return [...near.values()];
	}

	private client(other: Other): Candidate | undefined {
		return 'candidate' in other ? other.candidate : this.clientOf.get(other.newcomer);
	}

	private event(newcomer: number): ChangeEvent {
		return (this.newcomers[newcomer] as Newcomer).event;
	}
}

function firstOf({ newcomers }: Placement): number {
	return Math.min(...newcomers);
}
