// SPDX-License-Identifier: Apache-2.0
// bench-bare-http PORT: the same HTTP library as the daemon's, answering every POST with a body of the same size and doing
// nothing.
#include <httplib.h>

#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  httplib::Server server;
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(1'000'000);
  const std::string answer(420, 'x');
  server.Post("/v1/transactions", [&](const httplib::Request&, httplib::Response& response) {
    response.status = 201;
    response.set_content(answer, "application/json");
  });
  return server.listen("127.0.0.1", std::atoi(argv[1])) ? 0 : 1;
}
