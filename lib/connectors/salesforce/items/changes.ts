/** Contacts by the stream, everything else by polls: two sources, one cursor. */
import { z } from 'zod';
import type {
	ChangeBatch,
	ChangeSourceOptions,
	ChangeSourceState,
	ConnectorContext,
	Json,
} from '../../connector';
import { endTogether } from '../../end-together';
import type { FieldMap } from '../../../model/field-map';
import { objectsOf } from '../../../model/field-map';
import type { ItemObject } from '../../objects/crm-object';
import { chosenLists, runObjectPolling } from '../../poll-objects';
import { polledItems } from './poll';

const bothSchema = z.object({ stream: z.unknown(), items: z.unknown() }).strict();

type Runs = (context: ConnectorContext, options: ChangeSourceOptions) => Promise<void>;

/** `runContacts`: the stream. With contacts alone its cursor is the system's, as it has always been. */
export function withItems(runContacts: Runs): Runs {
	return async (context, options) => {
		const items = itemsOf(options.fieldMap);
		const both = bothSchema.safeParse(options.cursor);
		if (items.length === 0 && !both.success) return runContacts(context, options);
		await new TwoSources(context, options, items).run(runContacts);
	};
}

function itemsOf(fieldMap: FieldMap): ItemObject[] {
	return objectsOf(fieldMap).filter((object): object is ItemObject => object !== 'contact');
}

class TwoSources {
	private stream: Json;
	private items: Json;
	private readonly complete = { stream: false, items: false };
	private readonly states = new Map<string, ChangeSourceState>();
	private committing: Promise<unknown> = Promise.resolve();
	private readonly ended = new AbortController();
	private readonly signal: AbortSignal;
	/** Aborts when all contacts have been read once. */
	private readonly contactsRead = new AbortController();

	constructor(
		private readonly context: ConnectorContext,
		private readonly options: ChangeSourceOptions,
		private readonly objects: readonly ItemObject[],
	) {
		const stored = bothSchema.safeParse(options.cursor);
		this.stream = stored.success ? ((stored.data.stream ?? null) as Json) : options.cursor;
		this.items = stored.success ? ((stored.data.items ?? null) as Json) : null;
		this.signal = AbortSignal.any([options.signal, this.ended.signal]);
		if (objects.length === 0) this.complete.items = true;
	}

	async run(runContacts: Runs): Promise<void> {
		const sources = [runContacts(this.context, this.part('stream')), this.runItems()];
		await endTogether(sources, this.ended);
	}

	private async runItems(): Promise<void> {
		if (this.objects.length === 0) return;
		if (this.items === null)
			await aborted(AbortSignal.any([this.contactsRead.signal, this.signal]));
		if (this.signal.aborted) return;
		const { context, options, objects } = this;
		const lists = chosenLists(polledItems(context, options.fieldMap, objects, options.knowsRecord));
		await runObjectPolling({ context, options: this.part('items'), lists });
	}

	private part(name: 'stream' | 'items'): ChangeSourceOptions {
		const { hints, ...options } = this.options;
		return {
			...options,
			...(name === 'items' && hints !== undefined ? { hints } : {}),
			cursor: this[name],
			signal: this.signal,
			commit: (batch) => this.commit(name, batch),
			onState: (state) => this.report(name, state),
		};
	}

	/** One after the other: each carries both cursors. */
	private commit(name: 'stream' | 'items', batch: ChangeBatch): Promise<number | void> {
		const work = async () => {
			const cursors = { stream: this.stream, items: this.items, [name]: batch.cursor };
			const isComplete = { ...this.complete, [name]: this.complete[name] || batch.complete };
			const complete = batch.complete && isComplete.stream && isComplete.items;
			const news = await this.options.commit({ ...batch, cursor: cursors, complete });
			this[name] = batch.cursor;
			Object.assign(this.complete, isComplete);
			if (this.complete.stream) this.contactsRead.abort();
			return news;
		};
		const turn = this.committing.then(work, work);
		this.committing = turn;
		return turn;
	}

	private report(name: string, state: ChangeSourceState): void {
		this.states.set(name, state);
		const isRunning = [...this.states.values()].every(({ status }) => status === 'running');
		if (state.status !== 'running' || isRunning) this.options.onState(state);
	}
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener('abort', () => resolve(), { once: true });
	});
}
