import { AbstractGraphQLDriver, type GqlModuleOptions } from '@nestjs/graphql';
import { graphql } from 'graphql';

interface GraphQLRequest {
  body: { query: string };
}

/** As much of a GraphQL server as resolvers need: one route that executes what is posted to it. */
export class TinyGraphQLDriver extends AbstractGraphQLDriver {
  start({ schema }: GqlModuleOptions): Promise<void> {
    const { httpAdapter } = this.httpAdapterHost;
    httpAdapter.post('/graphql', async (req: GraphQLRequest, response: unknown) => {
      const result = await graphql({ schema: schema!, source: req.body.query, contextValue: { req } });
      await httpAdapter.reply(response, result, 200);
    });
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
