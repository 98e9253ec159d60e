// One way to call the edge: same web origin, cookie, RFC 9457 problems turned into an error with plain words.

/** What went wrong with a call, in words fit for the person who reads them. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

/** No answer at all: the edge or the network is away. */
export const NO_ANSWER = 0;

const TIMEOUT_MS = 15_000;

export async function call(
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<unknown> {
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') headers['x-coview'] = '1';
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(NO_ANSWER, 'The edge does not answer. Check your network; the console keeps trying.');
  }
  if (!response.ok) throw await problem(response);
  return response.status === 204 ? null : response.json();
}

async function problem(response: Response): Promise<ApiError> {
  const fallback = `The edge answered with an error (${response.status}).`;
  try {
    const body: unknown = await response.json();
    if (typeof body !== 'object' || body === null) return new ApiError(response.status, fallback);
    const { title, detail } = body as { title?: unknown; detail?: unknown }; // problem+json; both checked below
    const words = typeof detail === 'string' && detail !== '' ? detail : title;
    return new ApiError(response.status, typeof words === 'string' && words !== '' ? words : fallback);
  } catch {
    return new ApiError(response.status, fallback);
  }
}
