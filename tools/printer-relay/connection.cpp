// SPDX-License-Identifier: Apache-2.0
#include "tools/printer-relay/connection.hpp"

#include <utility>

namespace greentill::relay {
namespace {

constexpr auto kSilence = std::chrono::milliseconds(500);
constexpr auto kFirstWords = std::chrono::milliseconds(50);  // how long the printer is not yet reached for one that says nothing

void set_up(asio::ip::tcp::socket& socket) {
  asio::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  // A till or printer that was switched off sends nothing more: keep-alive ends its connection.
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  socket.non_blocking(true, ignored);
}

std::string address_of(const asio::ip::tcp::socket& socket) {
  asio::error_code gone;
  const auto peer = socket.remote_endpoint(gone);
  return gone ? std::string() : peer.address().to_string();
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

void Pump::hear() {
  from_.async_read_some(asio::buffer(buffer_) + held_,
                        [this, alive = connection_.shared_from_this()](const asio::error_code& error, std::size_t size) {
                          held_ += size;
                          ended_ = error == asio::error::eof;
                          // Where the opening is waited for no longer, the read under way is cancelled.
                          if (error && !ended_ && error != asio::error::operation_aborted) return connection_.failed();
                          connection_.heard();
                        });
}

void Pump::pass_held() {
  if (held_ != 0) return pass(std::exchange(held_, 0));
  if (!ended_) return read();
  done_ = true;
  connection_.on_end(to_);
}

void Pump::read() {
  if (!from_.is_open()) return;  // the printer was let go
  from_.async_read_some(asio::buffer(buffer_), [this, alive = connection_.shared_from_this()](
                                                   const asio::error_code& error, std::size_t size) { on_read(error, size); });
}

void Pump::on_read(const asio::error_code& error, std::size_t size) {
  if (error == asio::error::operation_aborted) return;  // the connection has closed the socket
  if (error == asio::error::eof) {
    done_ = true;
    return connection_.on_end(to_);
  }
  if (error) return connection_.failed();
  pass(size);
}

void Pump::pass(std::size_t size) {
  // Writes at once, without a turn of the event loop; only what the socket does not take is waited for.
  asio::error_code put_error;
  const std::size_t put = to_.write_some(asio::buffer(buffer_, size), put_error);
  if (put_error && put_error != asio::error::would_block && put_error != asio::error::try_again) return connection_.failed();
  if (put == size) return passed_on(size);
  asio::async_write(to_, asio::buffer(buffer_.data() + put, size - put),
                    [this, size, alive = connection_.shared_from_this()](const asio::error_code& late_error, std::size_t) {
                      if (late_error) return connection_.failed();
                      passed_on(size);
                    });
}

void Pump::passed_on(std::size_t size) {
  connection_.on_bytes(*this, {buffer_.data(), size});
  pass_held();
}

Connection::Connection(Socket till, const RelayOptions& options, Copier copier, ConnectionEvents& events)
    : options_(options),
      events_(events),
      till_(std::move(till)),
      address_(address_of(till_)),
      printer_(till_.get_executor()),
      resolver_(till_.get_executor()),
      printer_timer_(till_.get_executor()),
      till_timer_(till_.get_executor()),
      copier_(std::move(copier)),
      up_(*this, till_, printer_),
      down_(*this, printer_, till_),
      last_print_(Clock::now()),
      last_byte_(last_print_) {}

void Connection::start() {
  set_up(till_);
  // The printer is reached before the till has said anything, since it may speak first, and a till shall see at once that it is
  // away. But a browser speaks at once, and of that the printer need not hear even a connection.
  printer_timer_.expires_after(kFirstWords);
  printer_timer_.async_wait([this, alive = shared_from_this()](const asio::error_code& error) {
    if (!error && till_.is_open() && printer_state_ == PrinterState::away) reach_printer();
  });
  watch_opening();
  up_.hear();
}

void Connection::reach_printer() {
  printer_state_ = PrinterState::asked;
  printer_timer_.expires_after(options_.connect_timeout);
  printer_timer_.async_wait([this, alive = shared_from_this()](const asio::error_code& error) {
    // The handler may have been queued before the printer was reached.
    if (!error && printer_state_ == PrinterState::asked) printer_failed(asio::error::timed_out);
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
                            if (error) return printer_failed(error);
                            connect(endpoints);
                          });
}

void Connection::connect(const Endpoints& endpoints) {
  if (!till_.is_open()) return;
  asio::async_connect(printer_, endpoints,
                      [this, alive = shared_from_this()](const asio::error_code& error, const asio::ip::tcp::endpoint&) {
                        if (error) return printer_failed(error);
                        on_reached();
                      });
}

void Connection::on_reached() {
  if (!till_.is_open()) return;  // the connection was given up meanwhile
  printer_state_ = PrinterState::reached;
  events_.on_printer({});
  set_up(printer_);
  last_byte_ = Clock::now();
  printer_timer_.cancel();
  down_.read();
  if (is_till_) return up_.pass_held();
  if (judge_opening(up_.held()) == Opening::undecided) watch_opening();
}

/// Many printers serve one connection at a time: one that says nothing, as a browser opens ahead of need, or stops where it may
/// still become a browser's, must not keep it from the tills. When it is known as a till's it reaches for the printer anew.
void Connection::let_go_of_printer() {
  if (printer_state_ != PrinterState::reached || down_.is_done()) return;
  printer_state_ = PrinterState::away;
  asio::error_code ignored;
  printer_.close(ignored);
}

void Connection::heard() {
  if (!till_.is_open()) return;
  last_byte_ = Clock::now();
  const Opening opening = judge_opening(up_.held());
  if (!name_of(opening).empty()) {
    events_.on_foreign(opening, address_);
    return abort();
  }
  const bool is_whole = up_.has_ended() || (waited_for_ && opening == Opening::word);
  if (is_whole || opening == Opening::printing) return take_for_till();
  waited_for_ = false;
  watch_opening();
  up_.hear();
}

void Connection::take_for_till() {
  is_till_ = true;
  last_print_ = last_byte_;
  if (up_.held().empty() && printer_state_ == PrinterState::away) return close();
  watch_idle();
  if (printer_state_ == PrinterState::reached) up_.pass_held();
  if (printer_state_ == PrinterState::away) reach_printer();
}

void Connection::printer_failed(const asio::error_code& error) {
  if (!till_.is_open()) return;
  events_.on_printer(error);
  abort();
}

void Connection::failed() {
  if (till_.is_open()) abort();
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
  printer_timer_.cancel();
  till_timer_.cancel();
  copier_.end(false);
}

bool Connection::is_silent() const { return Clock::now() - last_byte_ > kSilence; }

void Connection::on_bytes(const Pump& pump, ByteView bytes) {
  last_byte_ = Clock::now();
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

/// Waits for the rest of an opening, or for a first byte. Then a word is passed on; for the others the printer is better left to
/// others.
void Connection::watch_opening() {
  const bool is_word = judge_opening(up_.held()) == Opening::word;
  till_timer_.expires_after(up_.held().empty() ? options_.silence : options_.opening_pause);
  till_timer_.async_wait([this, is_word, alive = shared_from_this()](const asio::error_code& error) {
    if (error || !till_.is_open() || is_till_) return;
    if (!is_word) return let_go_of_printer();
    waited_for_ = true;
    asio::error_code ignored;
    till_.cancel(ignored);  // so that heard() is called with what came so far
  });
}

/// One timer a connection rather than one for each byte: it looks, after `idle`, whether anything was printed meanwhile.
void Connection::watch_idle() {
  till_timer_.expires_after(options_.idle);
  till_timer_.async_wait([this, alive = shared_from_this()](const asio::error_code& error) {
    // The handler may have been queued before the connection closed.
    if (error || !till_.is_open()) return;
    const auto since = Clock::now() - last_print_;
    if (copier_.has_job() && since >= options_.idle) copier_.end(true);
    watch_idle();
  });
}

}  // namespace greentill::relay
