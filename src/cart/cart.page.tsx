import { Card, Notice } from '../pages/parts.js';
import { MOST_PIECES } from './cart.inputs.js';
import type { CartItem } from './cart.session.js';
import { centsOf, inEuros, sumOf } from './money.js';
import { type Product, productOf, PRODUCTS } from './products.js';

interface CartProps {
  items: readonly CartItem[];
  /** Why the last change was refused. */
  problem?: string;
}

export function CartPage(props: CartProps) {
  return (
    <div class="shop">
      <Card title="A small shop" level={1}>
        <p class="soft">
          Open it in a second tab and add from both: the cart is in your session, and no piece gets lost. It
          goes with you when you log in, and is gone after you log out.
        </p>
        <ul class="products">
          {PRODUCTS.map((product) => (
            <Offer key={product.productId} product={product} />
          ))}
        </ul>
      </Card>
      <Cart {...props} />
      <p class="toast" role="status" id="cart-news" />
      <script type="module" src="/assets/cart.js" />
    </div>
  );
}

/** The forms say which product and how many; what it is called and costs, the server knows. */
function Offer({ product: { productId, name, price, about, picture } }: { product: Product }) {
  return (
    <li>
      <img src={picture} alt="" width="160" height="120" />
      <h2>{name}</h2>
      <p class="soft">{about}</p>
      <form method="post" action="/cart/add" class="row">
        <input type="hidden" name="productId" value={productId} />
        <input type="hidden" name="quantity" value="1" />
        <strong>{inEuros(Math.round(price * 100))}</strong>
        <button class="quiet" aria-label={`Add to cart: ${name}`}>
          Add
        </button>
      </form>
    </li>
  );
}

function Cart({ items, problem }: CartProps) {
  const pieces = items.reduce((sum, { quantity }) => sum + quantity, 0);
  return (
    <section class="card cart" id="cart" aria-labelledby="cart-title">
      <h2 id="cart-title" tabindex={-1}>
        Your cart
      </h2>
      {problem !== undefined && <Notice kind="bad">{problem}</Notice>}
      {items.length === 0 ? (
        <p class="soft">It is empty. Add something that you like.</p>
      ) : (
        <>
          <ul class="lines">
            {items.map((item) => (
              <Line key={item.productId} item={item} />
            ))}
          </ul>
          <p class="total">
            <span>
              {pieces} {pieces === 1 ? 'piece' : 'pieces'}
            </span>
            <strong class="number">{inEuros(sumOf(items))}</strong>
          </p>
        </>
      )}
    </section>
  );
}

function Line({ item }: { item: CartItem }) {
  const { productId, name, price, quantity } = item;
  const path = `/cart/${productId}`;
  const picture = productOf(productId)?.picture ?? '/assets/shop/parcel.svg';
  return (
    <li>
      <img src={picture} alt="" width="64" height="48" />
      <div class="what">
        <strong>{name}</strong>
        <span class="soft">{inEuros(Math.round(price * 100))} each</span>
      </div>
      <strong class="price">{inEuros(centsOf(item))}</strong>
      <div class="row">
        <form method="post" action={`${path}/quantity`} class="row">
          <input
            id={`quantity-${productId}`}
            class="short"
            type="number"
            name="quantity"
            aria-label={`Quantity: ${name}`}
            value={quantity}
            min={0}
            max={MOST_PIECES}
            required
          />
          <button class="quiet" id={`change-${productId}`} aria-label={`Change the quantity: ${name}`}>
            Change
          </button>
        </form>
        <form method="post" action={`${path}/remove`}>
          <button class="quiet danger" aria-label={`Remove: ${name}`}>
            Remove
          </button>
        </form>
      </div>
    </li>
  );
}
