/** The first test that needs PostgreSQL waits for its server to start, on a busy machine for a while. */
jest.setTimeout(60_000);
