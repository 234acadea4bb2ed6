// SPDX-License-Identifier: Apache-2.0
#include "tools/printer-relay/connection.hpp"

#include <utility>

namespace greentill::relay {
namespace {

using std::chrono::steady_clock;

constexpr auto kSilence = std::chrono::milliseconds(500);

void set_up(asio::ip::tcp::socket& socket) {
  asio::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  // A till or printer that was switched off sends nothing more: keep-alive ends its connection.
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  socket.non_blocking(true, ignored);
}

}  // namespace

void reset(asio::ip::tcp::socket& socket) {
  asio::error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

void Copier::add(ByteView bytes) {
  if (spool_ == nullptr) return;
  if (job_ && job_bytes_ + bytes.size() > most_job_bytes_) end(true);
  if (!job_) job_ = spool_->begin(connection_, ++part_);
  job_bytes_ += bytes.size();
  spool_->add(job_, bytes);
}

void Copier::end(bool more) {
  if (!job_) return;
  spool_->end(job_, more);
  job_.reset();
  job_bytes_ = 0;
}

void Pump::read() {
  from_.async_read_some(asio::buffer(buffer_), [this, alive = connection_.shared_from_this()](
                                                   const asio::error_code& error, std::size_t size) { on_read(error, size); });
}

void Pump::on_read(const asio::error_code& error, std::size_t size) {
  if (error == asio::error::eof) {
    done_ = true;
    return connection_.on_end(to_);
  }
  if (error) return connection_.failed(error);
  // Writes at once, without a turn of the event loop; only what the socket does not take is waited for.
  asio::error_code put_error;
  const std::size_t put = to_.write_some(asio::buffer(buffer_, size), put_error);
  if (put_error && put_error != asio::error::would_block && put_error != asio::error::try_again)
    return connection_.failed(put_error);
  if (put == size) return passed_on(size);
  asio::async_write(to_, asio::buffer(buffer_.data() + put, size - put),
                    [this, size, alive = connection_.shared_from_this()](const asio::error_code& late_error, std::size_t) {
                      if (late_error) return connection_.failed(late_error);
                      passed_on(size);
                    });
}

void Pump::passed_on(std::size_t size) {
  connection_.on_bytes(*this, {buffer_.data(), size});
  read();
}

Connection::Connection(Socket till, const RelayOptions& options, Copier copier)
    : options_(options),
      till_(std::move(till)),
      printer_(till_.get_executor()),
      resolver_(till_.get_executor()),
      timer_(till_.get_executor()),
      copier_(std::move(copier)),
      up_(*this, till_, printer_),
      down_(*this, printer_, till_),
      last_print_(steady_clock::now()),
      last_byte_(last_print_) {}

void Connection::start(OnPrinter on_printer) {
  on_printer_ = std::move(on_printer);
  set_up(till_);
  timer_.expires_after(options_.connect_timeout);
  timer_.async_wait([this, alive = shared_from_this()](const asio::error_code& error) {
    // The handler may have been queued before the printer was reached.
    if (error || !on_printer_) return;
    failed(asio::error::timed_out);
  });
  // For a numeric address the resolver is not asked, and starts no thread.
  asio::error_code not_numeric;
  const auto address = asio::ip::make_address(options_.printer.host, not_numeric);
  if (!not_numeric) {
    const auto port = static_cast<std::uint16_t>(std::stoul(options_.printer.port));
    return connect(Endpoints::create(asio::ip::tcp::endpoint(address, port), options_.printer.host, options_.printer.port));
  }
  resolver_.async_resolve(options_.printer.host, options_.printer.port,
                          [this, alive = shared_from_this()](const asio::error_code& error, const Endpoints& endpoints) {
                            if (error) return failed(error);
                            connect(endpoints);
                          });
}

void Connection::connect(const Endpoints& endpoints) {
  if (!till_.is_open()) return;
  asio::async_connect(printer_, endpoints,
                      [this, alive = shared_from_this()](const asio::error_code& error, const asio::ip::tcp::endpoint&) {
                        if (error) return failed(error);
                        begin_to_pass();
                      });
}

void Connection::begin_to_pass() {
  if (!till_.is_open()) return;  // the connection was given up meanwhile
  if (const OnPrinter tell = std::exchange(on_printer_, nullptr)) tell({});
  set_up(printer_);
  last_byte_ = steady_clock::now();
  timer_.cancel();
  up_.read();
  down_.read();
  watch_idle();
}

void Connection::failed(const asio::error_code& error) {
  if (!till_.is_open()) return;
  if (const OnPrinter tell = std::exchange(on_printer_, nullptr)) tell(error);
  abort();
}

void Connection::abort() {
  reset(till_);
  reset(printer_);
  end();
}

void Connection::close() {
  asio::error_code ignored;
  till_.close(ignored);
  printer_.close(ignored);
  end();
}

void Connection::end() {
  resolver_.cancel();
  timer_.cancel();
  copier_.end(false);
}

bool Connection::is_silent() const { return steady_clock::now() - last_byte_ > kSilence; }

void Connection::on_bytes(const Pump& pump, ByteView bytes) {
  last_byte_ = steady_clock::now();
  if (&pump != &up_) return;
  last_print_ = last_byte_;
  copier_.add(bytes);
}

void Connection::on_end(Socket& to) {
  asio::error_code ignored;
  if (up_.is_done() && down_.is_done()) return close();
  to.shutdown(Socket::shutdown_send, ignored);
  if (up_.is_done()) copier_.end(false);
}

/// One timer a connection rather than one for each byte: it looks, after `idle`, whether anything was printed meanwhile.
void Connection::watch_idle() {
  timer_.expires_after(options_.idle);
  timer_.async_wait([this, alive = shared_from_this()](const asio::error_code& error) {
    // The handler may have been queued before the connection closed.
    if (error || !till_.is_open()) return;
    const auto since = steady_clock::now() - last_print_;
    if (copier_.has_job() && since >= options_.idle) copier_.end(true);
    watch_idle();
  });
}

}  // namespace greentill::relay
