/** The server's side of one streaming client. */

export interface Subscription {
	channel: string;
	/** Objects whose events the channel carries. */
	entityNames: ReadonlySet<string>;
	/** Replay id of the last event handed out. */
	position: bigint;
}

export interface SessionSetup {
	clientId: string;
	userId: string;
	browser: string;
	route: string;
	/** Milliseconds. */
	routeExpiresAt: number;
	openedAt: number;
}

export class StreamSession {
	readonly subscriptions = new Map<string, Subscription>();
	/** The first connect is answered at once, with the advice. */
	hasConnected = false;
	/** The client has said goodbye; a held connect ends well. */
	isOver = false;
	/** False while a connect is being served. */
	isIdle = true;
	lastAnswerAt: number;
	private wakeUp: (() => void) | null = null;
	/** Rises with every connect; a held one that is no longer the latest gives up. */
	private generation = 0;

	readonly clientId: string;
	readonly userId: string;
	/** Value of the cookie BAYEUX_BROWSER. */
	readonly browser: string;
	/** Value of the routing cookie sfdc-stream, and when it ends (ms). */
	readonly route: string;
	readonly routeExpiresAt: number;

	constructor(setup: SessionSetup) {
		this.clientId = setup.clientId;
		this.userId = setup.userId;
		this.browser = setup.browser;
		this.route = setup.route;
		this.routeExpiresAt = setup.routeExpiresAt;
		this.lastAnswerAt = setup.openedAt;
	}

	/** Begins a connect; an older one that is still held is woken and ends. */
	beginConnect(): number {
		this.generation += 1;
		this.isIdle = false;
		this.wake();
		return this.generation;
	}

	isCurrent(generation: number): boolean {
		return this.generation === generation;
	}

	endConnect(generation: number, now: number): void {
		this.lastAnswerAt = now;
		if (this.isCurrent(generation)) this.isIdle = true;
	}

	wake(): void {
		this.wakeUp?.();
		this.wakeUp = null;
	}

	/** Resolves when woken, after `ms`, or when the signal aborts. */
	sleep(ms: number, signal: AbortSignal): Promise<void> {
		return new Promise((resolve) => {
			const done = () => {
				clearTimeout(timer);
				signal.removeEventListener('abort', done);
				resolve();
			};
			const timer = setTimeout(done, ms);
			signal.addEventListener('abort', done, { once: true });
			this.wakeUp = done;
			if (signal.aborted) done();
		});
	}
}
