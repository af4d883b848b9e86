/**
 * The fabric's signals across all processes that share a PostgreSQL store, by LISTEN and NOTIFY on a
 * connection of their own. A signal that gets lost while it is down only costs the second after which
 * everybody looks by himself.
 *
 *   down --connected--> listening --error/end--> down (again after a pause)     any --close--> closed
 */
import { randomUUID } from 'node:crypto';
import { Client, type Notification } from 'pg';
import { z } from 'zod';
import { isSignal, Signals } from '../../signals';
import type { PostgresLocation } from '../location';
import { channelOf, postgresSettings, type PostgresSettings } from './settings';

const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;
/** NOTIFY carries 8,000 bytes at most; a signal's name has 47 at most. */
const MAX_NAMES = 100;

const messageSchema = z.object({ from: z.string(), signals: z.array(z.string()).max(MAX_NAMES) });

export class PostgresSignals extends Signals {
	private readonly settings: PostgresSettings;
	private readonly channel: string;
	/** Tells our own calls when they come back; two stores of one process are two senders. */
	private readonly id = randomUUID();
	private readonly unsent = new Set<string>();
	private client: Client | undefined;
	private isListening = false;
	private isSending = false;
	private isClosed = false;
	private pause = FIRST_PAUSE_MS;
	private timer: NodeJS.Timeout | undefined;
	private markReady: () => void = () => {};
	/** Resolves when it listens for the first time, or is closed. */
	readonly ready = new Promise<void>((resolve) => {
		this.markReady = resolve;
	});

	constructor(location: PostgresLocation) {
		super();
		this.settings = postgresSettings(location);
		this.channel = channelOf(this.settings.schema);
		void this.connect();
	}

	/** Here at once, elsewhere as soon as the server has passed it on. */
	override emit(name: string | symbol, ...values: unknown[]): boolean {
		if (isSignal(name) && !this.isClosed && this.unsent.size < MAX_NAMES) {
			this.unsent.add(name);
			void this.send();
		}
		return super.emit(name, ...values);
	}

	override async close(): Promise<void> {
		await super.close();
		this.isClosed = true;
		this.markReady();
		clearTimeout(this.timer);
		await this.client?.end().catch(() => {});
	}

	private async connect(): Promise<void> {
		const client = new Client(this.settings.config);
		this.client = client;
		client.on('error', () => this.lost(client));
		client.on('end', () => this.lost(client));
		client.on('notification', (notification) => this.received(notification));
		try {
			await client.connect();
			await client.query(`listen "${this.channel}"`);
		} catch {
			return this.lost(client);
		}
		if (this.client !== client || this.isClosed) return void client.end().catch(() => {});
		this.isListening = true;
		this.pause = FIRST_PAUSE_MS;
		this.markReady();
		// Whatever was said meanwhile was not heard.
		for (const name of this.eventNames().filter(isSignal)) super.emit(name);
		await this.send();
	}

	/** Comes for every kind of failure, for some more than once. */
	private lost(client: Client): void {
		if (this.client !== client) return;
		this.client = undefined;
		this.isListening = false;
		void client.end().catch(() => {});
		if (this.isClosed) return;
		this.timer = setTimeout(() => void this.connect(), this.pause);
		this.timer.unref();
		this.pause = Math.min(this.pause * 2, MAX_PAUSE_MS);
	}

	/** What comes in while a message is on its way goes together in the next one. */
	private async send(): Promise<void> {
		if (this.isSending) return;
		this.isSending = true;
		while (this.unsent.size > 0 && this.isListening && this.client !== undefined) {
			const message = JSON.stringify({ from: this.id, signals: [...this.unsent] });
			this.unsent.clear();
			const { client } = this;
			const values = [this.channel, message];
			await client.query('select pg_notify($1, $2)', values).catch(() => this.lost(client));
		}
		this.isSending = false;
	}

	private received({ payload = '' }: Notification): void {
		const message = messageSchema.safeParse(parsed(payload));
		if (!message.success || message.data.from === this.id) return;
		for (const name of message.data.signals.filter(isSignal)) super.emit(name);
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
