// Trials that are summed together, before the parts are: so that the sums are the same, however
// many threads share them. Fewer trials have fewer parts.
constexpr int64_t most_parts = 4, least_trials = 8;

static void learn_in_parts(const Asked &asked, std::vector<void *> &a, int64_t n_trials, const int64_t *n_rows)
{
    const Told &told = asked.told;
    const int64_t n = std::max<int64_t>(1, std::min(most_parts, n_trials / least_trials));
    std::vector<std::vector<void *>> places(n, a);
    std::vector<Sums> sums(n);
    while((int64_t)told.net->others.size() + 1 < n)
        told.net->others.emplace_back(new Network);
    for(int64_t k = 1; k < n && asked.learning; k++)
        sums[k].begin(told, places[k].data(), n_rows);
    const int64_t workers = std::min(n, told.workers);
    const auto work = [&](int64_t worker) {
        for(int64_t k = worker; k < n; k += workers)
        {
            Network &net = k ? *told.net->others[k - 1] : *told.net;
            asked.run(net, places[k].data(), n_trials * k / n, n_trials * (k + 1) / n);
        }
    };
    std::vector<std::thread> others;
    for(int64_t k = 1; k < workers; k++)
        others.emplace_back(work, k);
    work(0);
    for(std::thread &other : others)
        other.join();
    for(int64_t k = 1; k < n && asked.learning; k++)
        sums[k].add_to(told, a.data());
}
}

extern "C" {

// The gradient of trials of a recording, summed, to `values` and `rows`, unless they are null; and
// the course of the output to `observed`, unless that is. Derivatives by it may be `given`.
void derived_learn(
    const Told *told, int64_t n_trials, int64_t n_steps, const int64_t *offsets,
    const int32_t *population, const int32_t *neuron, const int32_t *step, const int64_t *wanted,
    double *const *weights, double *const *values, int64_t *const *rows, int64_t *n_rows,
    double *observed, const double *given)
{
    const Columns columns{offsets, population, neuron, step};
    std::vector<void *> a(told->arrays, told->arrays + told->n_arrays);
    give_weights(*told, a.data(), columns, n_trials, weights);
    if(values)
        begin_gradient(*told, a.data(), columns, n_trials, values, rows, n_rows);
    const Asked asked{*told, columns, n_steps, wanted, observed, given, values != nullptr};
    learn_in_parts(asked, a, n_trials, n_rows);
    if(values)
        end_gradient(*told, values, n_rows);
}

}
