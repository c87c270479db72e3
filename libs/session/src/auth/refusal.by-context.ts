import type { ExecutionContext } from '@nestjs/common';
import type { SessionException } from '../common/index.js';

/**
 * An exception as the transport of a context passes it on to the client. Over HTTP and in GraphQL it is the exception itself; of
 * what else is thrown on a WebSocket or a message broker, Nest tells clients only "Internal server error".
 *
 * The packages are optional peers: where such a context occurs, the application has them.
 */
export async function inContext(context: ExecutionContext, exception: SessionException): Promise<Error> {
  const type: string = context.getType();
  const { code, message } = exception;
  if (type === 'ws') {
    const { WsException } = await import('@nestjs/websockets');
    return new WsException({ status: 'error', code, message });
  }
  if (type === 'rpc') {
    const { RpcException } = await import('@nestjs/microservices');
    return new RpcException({ status: 'error', code, message });
  }
  return exception;
}
