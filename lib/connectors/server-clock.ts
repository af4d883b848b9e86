/**
 * A CRM's clock beside ours, learnt from the Date headers of its answers (RFC 9110: whole seconds, the
 * time at which the answer was made). A stream tells when a change was committed by the CRM's clock
 * only; whether that was before or after our own write can be told only on one clock.
 */
import { header, type HttpPort } from './http';

/** A Date header leaves out the part of the second. */
const RESOLUTION_MS = 1_000;

export class ServerClock {
	/** Bounds of what our clock is ahead of the CRM's, ms. */
	private least = Number.NEGATIVE_INFINITY;
	private most = Number.POSITIVE_INFINITY;
	private ahead = 0;
	private last = { theirs: Number.NEGATIVE_INFINITY, ours: Number.NEGATIVE_INFINITY };

	constructor(private readonly now: () => number) {}

	/** The same door, with an ear at it. */
	listening(http: HttpPort): HttpPort {
		return async (request) => {
			const sentAt = this.now();
			const response = await http(request);
			const date = Date.parse(header(response, 'date') ?? '');
			if (!Number.isNaN(date)) this.observe(date, sentAt, this.now());
			return response;
		};
	}

	/** All in ms: the answer was made in the second that began at `date`, between the two times of ours. */
	observe(date: number, sentAt: number, receivedAt: number): void {
		const [least, most] = [sentAt - date - RESOLUTION_MS, receivedAt - date];
		const wasSet = least > this.most || most < this.least;
		this.least = wasSet ? least : Math.max(least, this.least);
		this.most = wasSet ? most : Math.min(most, this.most);
		const fits = this.ahead >= this.least && this.ahead <= this.most;
		if (fits) return;
		const mayAgree = this.least <= 0 && this.most >= 0;
		this.ahead = mayAgree ? 0 : Math.round((this.least + this.most) / 2);
	}

	/** The CRM's time as our clock showed it. Later times of the CRM never become earlier ones of ours. */
	toOurs(theirs: number): number {
		const ours = theirs + this.ahead;
		if (theirs < this.last.theirs) return Math.min(ours, this.last.ours);
		this.last = { theirs, ours: Math.max(ours, this.last.ours) };
		return this.last.ours;
	}
}
