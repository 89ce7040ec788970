import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;

/** A service that knows nothing of telemetry: it counts orders over HTTP and logs each. */
public class Orders {
    private static final Logger LOG = Logger.getLogger("orders");

    public static void main(String[] arguments) throws IOException {
        AtomicInteger orders = new AtomicInteger();
        InetAddress here = InetAddress.getLoopbackAddress();
        HttpServer server = HttpServer.create(new InetSocketAddress(here, 0), 0);
        server.createContext("/orders", exchange -> {
            LOG.warning("order number " + orders.incrementAndGet());
            byte[] answer = "taken".getBytes();
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        System.out.println(server.getAddress().getPort());
    }
}
