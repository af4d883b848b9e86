/** Departures that a batch of events begins and ends: read once, written once. */
import { recordKey, type ChangeEvent } from '../model/event';
import { byEntity, type Link } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import { laterDeparture, stands, type Departure, type RemovalChange } from './departure';
import { closeDuplicates } from './duplicates';
import { endDepartures } from './ending';

export class RemovalBook {
	private readonly begun = new Map<string, { departure: Departure; event: ChangeEvent }>();
	private readonly ended = new Map<string, Departure | undefined>();
	private readonly unlinked = new Set<string>();

	private constructor(
		private readonly links: Map<string, Link[]>,
		private readonly departures: Map<string, Departure | undefined>,
	) {}

	/** Costs nothing for a batch in which every record is there. */
	static async load(
		tx: StoreTransaction,
		events: readonly ChangeEvent[],
		links: ReadonlyMap<string, Link>,
	): Promise<RemovalBook> {
		const isAny =
			events.some(({ change }) => change !== 'upsert') ||
			[...links.values()].some(({ state }) => state !== 'active');
		if (!isAny) return new RemovalBook(new Map(), new Map());
		const ids = [...new Set([...links.values()].map(({ entityId }) => entityId))];
		const standing = await tx.entities.standing(ids);
		return new RemovalBook(
			byEntity(await tx.identity.linksOf(ids)),
			new Map([...standing].map(([id, { departure }]) => [id, departure])),
		);
	}

	/** The link is what it is now; to be told before {@link depart}. */
	note(link: Link): void {
		const others = (this.links.get(link.entityId) ?? []).filter(
			(other) => recordKey(other) !== recordKey(link),
		);
		this.links.set(link.entityId, [...others, link]);
		if (link.state === 'unlinked') this.unlinked.add(link.entityId);
	}

	/** A person removed the record. `at`: the earliest instant at which that may have been, ms. */
	depart(
		event: ChangeEvent,
		{ entityId, system, object, crmId }: Link,
		at: number,
		run?: string,
	): void {
		const links = this.links.get(entityId) ?? [];
		const known = this.departures.get(entityId);
		const standing = stands(known, links) ? known : undefined;
		const change = event.change as RemovalChange;
		const cause = { system, object, crmId, change, eventId: event.eventId };
		const departure: Departure = { cause, at, ...(run === undefined ? {} : { run }), answers: {} };
		// Another record of the client is left there: one of two was tidied away.
		if (!stands(departure, links)) return;
		if (laterDeparture(standing, departure) !== departure) return;
		this.departures.set(entityId, departure);
		this.begun.set(entityId, { departure, event });
		this.ended.delete(entityId);
	}

	/** A record of it is back. */
	return(entityId: string): void {
		this.ended.set(entityId, this.departures.get(entityId) ?? this.ended.get(entityId));
		this.departures.set(entityId, undefined);
		this.begun.delete(entityId);
	}

	async save(tx: StoreTransaction, now: number): Promise<void> {
		for (const [entityId, { departure }] of this.begun) {
			await tx.entities.saveDeparture(entityId, departure);
		}
		await tx.audit.append(
			[...this.begun].map(([entityId, { departure, event }]) => ({
				at: now,
				kind: 'departure',
				entityId,
				system: event.system,
				object: event.object,
				crmId: event.crmId,
				eventId: event.eventId,
				run: departure.run,
				detail: { change: departure.cause.change, at: departure.at },
			})),
		);
		const ended = [...this.ended].filter(([, departure]) => departure !== undefined);
		await endDepartures(
			tx,
			ended.map(([entityId, returned]) => ({ entityId, returned })),
			now,
		);
		await closeDuplicates(tx, [...this.unlinked], now);
	}
}
