/** Something that this shop sells. */
export interface Product {
  readonly productId: string;
  readonly name: string;
  /** In euros. */
  readonly price: number;
  readonly about: string;
  /** In public/. */
  readonly picture: string;
}

/** The shop. A real one has them in a database. */
export const PRODUCTS: readonly Product[] = [
  {
    productId: 'mug',
    name: 'Stoneware mug',
    price: 14.9,
    about: 'Holds 350 ml, and keeps it warm.',
    picture: '/assets/shop/mug.svg',
  },
  {
    productId: 'notebook',
    name: 'Dotted notebook',
    price: 9.95,
    about: '160 pages that lie flat.',
    picture: '/assets/shop/notebook.svg',
  },
  {
    productId: 'lamp',
    name: 'Desk lamp',
    price: 49,
    about: 'Warm light, on a heavy foot.',
    picture: '/assets/shop/lamp.svg',
  },
  {
    productId: 'plant',
    name: 'Snake plant',
    price: 18.5,
    about: 'Forgives whoever forgets it.',
    picture: '/assets/shop/plant.svg',
  },
  {
    productId: 'teapot',
    name: 'Teapot',
    price: 32.4,
    about: 'Glazed by hand, for four cups.',
    picture: '/assets/shop/teapot.svg',
  },
  {
    productId: 'pencils',
    name: 'Three pencils',
    price: 3.33,
    about: 'Cedar, in three colours.',
    picture: '/assets/shop/pencils.svg',
  },
];

const byId = new Map(PRODUCTS.map((product) => [product.productId, product]));

/** The product of this id, `undefined` if this shop does not sell it. */
export function productOf(productId: string): Product | undefined {
  return byId.get(productId);
}
