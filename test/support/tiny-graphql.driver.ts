import { AbstractGraphQLDriver, type GqlModuleOptions } from '@nestjs/graphql';
import { graphql } from 'graphql';

interface GraphQLRequest {
  body: { query: string };
}

/** As much of a GraphQL server as resolvers need: one route that executes what is posted to it. */
export class TinyGraphQLDriver extends AbstractGraphQLDriver {
  start({ schema }: GqlModuleOptions): Promise<void> {
    const { httpAdapter } = this.httpAdapterHost;
    const answer = async (req: GraphQLRequest, response: unknown): Promise<void> => {
      const result = await graphql({ schema: schema!, source: req.body.query, contextValue: { req } });
      await httpAdapter.reply(response, result, 200);
    };
    httpAdapter.post(
      '/graphql',
      (request: GraphQLRequest, response: unknown) => void answer(request, response),
    );
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
