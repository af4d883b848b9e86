/**
 * Wake-up calls between the parts of the fabric. They only shorten a wait: whoever waits for one looks
 * again by itself every second, so a lost signal costs time and nothing else.
 */
import { EventEmitter } from 'node:events';

const MAX_LISTENERS = 100;

/** `events:<system>` when an inbox has something due, `deliveries` when a delivery was opened, `mapping:<system>` when its map changed, `hints:<system>` when a push call came. */
export class Signals extends EventEmitter {
	constructor() {
		super();
		this.setMaxListeners(MAX_LISTENERS);
	}

	async close(): Promise<void> {
		this.removeAllListeners();
	}
}

export function isSignal(name: string | symbol): name is string {
	return typeof name === 'string' && /^(deliveries$|events:|mapping:|hints:)/.test(name);
}
