import { Body, Controller, Delete, Get, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { answer, done } from '../pages/answer.js';
import { CartErrorFilter } from './cart-error.filter.js';
import { itemBody, linePath, type LinePath, quantityBody, type QuantityBody } from './cart.inputs.js';
import { CartPage } from './cart.page.js';
import { CartService } from './cart.service.js';
import type { CartItem } from './cart.session.js';

/** What programs get from every route. */
interface CartAnswer {
  items: CartItem[];
}

/** The shopping cart: the guide's three routes for programs, and what forms need, which can only GET and POST. */
@Controller('cart')
@UseFilters(CartErrorFilter)
export class CartController {
  constructor(private readonly carts: CartService) {}

  @Get()
  cart(@Req() request: Request, @Res({ passthrough: true }) response: Response): CartAnswer | string {
    // Unlike the guide's route, this one puts no empty cart on the session: who only looks needs none.
    const items = request.session.cart ?? [];
    return answer(request, response, {
      json: { items },
      title: 'Cart',
      page: () => <CartPage items={items} />,
    });
  }

  @Post('add')
  async add(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body({ schema: itemBody }) item: CartItem,
  ): Promise<CartAnswer | undefined> {
    return this.answerWith(await this.carts.add(request.session, item), request, response);
  }

  @Post(':productId/quantity')
  async setQuantity(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Param({ schema: linePath }) { productId }: LinePath,
    @Body({ schema: quantityBody }) { quantity }: QuantityBody,
  ): Promise<CartAnswer | undefined> {
    const items = await this.carts.setQuantity(request.session, productId, quantity);
    return this.answerWith(items, request, response);
  }

  @Delete(':productId')
  async remove(
    @Req() request: Request,
    @Param({ schema: linePath }) { productId }: LinePath,
  ): Promise<CartAnswer> {
    return { items: await this.carts.remove(request.session, productId) };
  }

  @Post(':productId/remove')
  async removeByForm(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Param({ schema: linePath }) { productId }: LinePath,
  ): Promise<CartAnswer | undefined> {
    return this.answerWith(await this.carts.remove(request.session, productId), request, response);
  }

  private answerWith(items: CartItem[], request: Request, response: Response): CartAnswer | undefined {
    return done(request, response, { to: '/cart#cart', json: { items } });
  }
}
